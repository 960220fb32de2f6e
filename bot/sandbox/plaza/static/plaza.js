// The page of Plaza: shows what is said as it is said, and lets a visitor write to a brand as a customer.
// Everything that anybody typed is set as text, never as markup.
"use strict";

const SHOWN_MOST = 200; // posts kept on the page; older ones can be asked for again
const SHOWN_TEXT = 80; // characters of the post that an answer or a comment is about
const $ = (id) => document.getElementById(id);
let visitor = JSON.parse(localStorage.getItem("plaza-visitor") || "null");
let about = null; // the post that the visitor comments on
let older = null; // where the next page of the timeline begins
let stream = null;
const said = new Map(); // what is on the page by its id, to say what an answer is about

async function ask(path, body) {
  const headers = visitor ? { Authorization: `Bearer ${visitor.token}` } : {};
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body) });
  const found = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(found.error.message), { status: answer.status });
  return found;
}

function shorten(text) {
  const characters = [...text];
  return characters.length > SHOWN_TEXT ? characters.slice(0, SHOWN_TEXT - 1).join("") + "…" : text;
}

function remember(post) {
  if (said.size > SHOWN_MOST * 5) said.clear();
  said.set(post.id, post.text.trim());
}

function named(id) {
  return said.get(id) ? `“${shorten(said.get(id))}”` : `post ${id}`;
}

function drawn(post) {
  const item = $("post").content.firstElementChild.cloneNode(true);
  const article = item.querySelector("article");
  item.id = `post-${post.id}`;
  article.classList.toggle("brand", post.brand);
  article.classList.toggle("shown", location.pathname === `/posts/${post.id}`);
  item.querySelector("strong").textContent = post.name;
  item.querySelector(".handle").textContent = `@${post.account}`;
  const time = item.querySelector("time");
  time.dateTime = post.created_at;
  time.textContent = new Date(post.created_at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  const addressed = post.to ? `to @${post.to}` : "";
  const answers = item.querySelector(".answers");
  answers.textContent = [post.in_reply_to ? `in answer to ${named(post.in_reply_to)}` : "", addressed].join(" ").trim();
  answers.hidden = !answers.textContent;
  item.querySelector(".text").textContent = post.text;
  for (const image of post.images) item.querySelector(".images").append(picture(image));
  const link = item.querySelector(".link"), comment = item.querySelector(".comment");
  link.href = `/posts/${encodeURIComponent(post.id)}`;
  link.setAttribute("aria-label", `Open the post by ${post.name}`);
  comment.setAttribute("aria-label", `Comment on the post by ${post.name}`);
  comment.addEventListener("click", () => commentOn(post));
  return item;
}

function picture(image) {
  const element = document.createElement("img");
  element.src = `/images/${encodeURIComponent(image.sha256)}`;
  element.alt = image.alt;
  element.title = image.alt;
  element.loading = "lazy";
  return element;
}

function show(post) {
  if ($(`post-${post.id}`)) return;
  remember(post);
  $("timeline").prepend(drawn(post));
  $("empty").hidden = true;
  while ($("timeline").children.length > SHOWN_MOST) $("timeline").lastElementChild.remove();
}

function showDirect(post) {
  if ($(`direct-${post.id}`)) return;
  const item = document.createElement("li");
  item.id = `direct-${post.id}`;
  const who = document.createElement("strong");
  who.textContent = post.brand ? post.name : "You";
  const text = document.createElement("p");
  text.className = "text";
  text.dir = "auto";
  text.textContent = post.text;
  item.append(who, text);
  $("direct").append(item);
  $("direct-section").hidden = false;
}

function commentOn(post) {
  about = post;
  $("as-comment").disabled = false;
  $("as-comment").checked = true;
  $("about").hidden = false;
  $("about").textContent = `About: ${shorten(post.text)}`;
  const brand = post.brand ? post.account : post.to;
  if (brand) $("to").value = brand;
  $("text").focus();
}

async function loadTimeline() {
  const page = await ask("/timeline");
  page.posts.forEach(remember);
  const newest = page.posts.length ? Number(page.posts[0].id) : 0;
  const since = [...$("timeline").children].filter((item) => Number(item.id.slice("post-".length)) > newest);
  $("timeline").replaceChildren(...since, ...page.posts.map(drawn));
  $("empty").hidden = $("timeline").children.length > 0;
  older = page.next;
  $("older").hidden = older === null;
  await showLinked();
}

async function showLinked() {
  const linked = location.pathname.match(/^\/posts\/([0-9]+)$/);
  if (!linked) return;
  try {
    if (!$(`post-${linked[1]}`)) $("timeline").prepend(drawn(await ask(`/timeline/${linked[1]}`)));
    $(`post-${linked[1]}`).scrollIntoView({ block: "center" });
  } catch (error) {
    $("outcome").textContent = error.message;
  }
}

async function loadOlder() {
  const page = await ask(`/timeline?before=${encodeURIComponent(older)}`);
  page.posts.forEach(remember);
  $("timeline").append(...page.posts.filter((post) => !$(`post-${post.id}`)).map(drawn));
  older = page.next;
  $("older").hidden = older === null;
}

async function loadDirect() {
  if (!visitor) return;
  try {
    (await ask("/visitors/direct")).forEach(showDirect);
  } catch (error) {
    if (error.status !== 401) throw error; // Plaza was started anew and knows nobody
    visitor = null;
    localStorage.removeItem("plaza-visitor");
  }
}

function listen() {
  if (stream) stream.close();
  stream = new EventSource(visitor ? `/events?visitor=${encodeURIComponent(visitor.token)}` : "/events");
  stream.addEventListener("open", async () => {
    await Promise.all([loadTimeline(), loadDirect()]);
    $("state").textContent = "Live";
  });
  stream.addEventListener("error", () => { $("state").textContent = "Not connected; trying again…"; });
  stream.addEventListener("post", (event) => show(JSON.parse(event.data)));
  stream.addEventListener("direct", (event) => showDirect(JSON.parse(event.data)));
  stream.addEventListener("removed", (event) => $(`post-${JSON.parse(event.data).id}`)?.remove());
}

async function enter(name) {
  if (visitor && visitor.name === name) return;
  visitor = null;
  visitor = await ask("/visitors", { name });
  localStorage.setItem("plaza-visitor", JSON.stringify(visitor));
  $("direct").replaceChildren();
  listen();
}

async function send(event) {
  event.preventDefault();
  const form = new FormData($("write"));
  const message = { to: form.get("to"), kind: form.get("kind"), text: form.get("text") };
  if (message.kind === "comment") message.post = about.id;
  try {
    await enter(form.get("name").trim().replace(/\s+/g, " "));
    const said = await ask("/visitors/messages", message);
    if (said.audience === "direct") showDirect(said); else show(said);
    $("text").value = "";
    $("outcome").textContent = "Sent.";
  } catch (error) {
    $("outcome").textContent = error.message;
  }
}

async function start() {
  await loadDirect();
  $("name").value = visitor ? visitor.name : "";
  for (const brand of await ask("/accounts")) $("to").add(new Option(`${brand.name} (@${brand.handle})`, brand.handle));
  $("write").addEventListener("submit", send);
  $("older").addEventListener("click", loadOlder);
  listen();
}

start();
