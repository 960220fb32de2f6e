// The page: who you are, what you see, and what you do. It knows nothing of Trellis, only Slack's control API.
import {clock, drawBlocks, liveIn, make, marked, valueOf} from "/draw.js";

const $ = (id) => document.getElementById(id);
const state = {person: "", place: "", people: [], channels: [], names: {}, fullNames: {}, feed: "", form: "", view: null};

async function look(what, more = {}) {
  const query = new URLSearchParams({user: state.person, ...more});
  const answer = await (await fetch(`/client/${what}?${query}`)).json();
  return answer.ok ? answer.shown : null;
}

async function act(what, told) {
  notice("");
  const body = JSON.stringify({user: state.person, ...told});
  const sent = {method: "POST", headers: {"Content-Type": "application/json"}, body};
  let answer;
  try { answer = await (await fetch(`/client/${what}`, sent)).json(); }
  catch { answer = {ok: false, sentence: "The sandbox does not answer. Is it still running?"}; }
  if (!answer.ok && answer.error !== "invalid_input") notice(answer.sentence);
  return answer;
}

function notice(text) { $("notice").textContent = text; if (state.view) $("form-problem").textContent = text; }

const lists = () => ({
  users: state.people.filter((one) => !one.deleted).map((one) => [one.id, one.real_name]),
  channels: state.channels.map((one) => [one.id, "#" + (one.name ?? "direct message")]),
});

// Drawing

async function draw() {
  state.people = await look("people") ?? [];
  state.channels = await look("channels") ?? [];
  for (const one of state.people) { state.names[one.id] = one.name; state.fullNames[one.id] = one.real_name; }
  for (const one of state.channels) state.names[one.id] = one.name ?? "";
  liveIn(state.people.find((one) => one.id === state.person)?.tz);
  drawPeople();
  drawPlaces();
  await (state.place === "home" ? drawHome() : drawFeed());
  await drawForm();
}

function drawPeople() {
  const real = state.people.filter((one) => !one.is_bot);
  const label = (one) => `${one.real_name}, who ${one.role || "is here"}${one.deleted ? " (deactivated)" : ""}`;
  $("person").replaceChildren(...real.map((one) => new Option(label(one), one.id, false, one.id === state.person)));
}

function placeName(channel) {
  if (channel.is_im) return "Trellis (direct)";
  return (channel.is_private ? "🔒 " : "# ") + channel.name + (channel.is_archived ? " (archived)" : "");
}

function drawPlaces() {
  const places = [["home", "Trellis Home"], ...state.channels.map((one) => [one.id, placeName(one)])];
  if (!places.some(([id]) => id === state.place)) state.place = places[1]?.[0] ?? "home";
  $("places").replaceChildren(...places.map(([id, name]) => {
    const line = make("li");
    const button = make("button", "", name);
    button.type = "button";
    if (id === state.place) button.setAttribute("aria-current", "page");
    button.addEventListener("click", () => go(id));
    line.append(button);
    return line;
  }));
  $("place").textContent = places.find(([id]) => id === state.place)[1];
  $("composer").hidden = state.place === "home";
}

async function go(place) {
  state.place = place;
  state.feed = "";
  notice("");
  if (place === "home") act("open-home", {});
  await draw();
}

async function drawFeed() {
  const messages = await look("messages", {channel: state.place}) ?? [];
  const drawn = JSON.stringify([state.place, state.person, messages]);
  if (drawn === state.feed) return;
  state.feed = drawn;
  const feed = $("feed");
  const hint = "Nothing was said here yet. Write /draft below, or open Trellis Home on the left.";
  feed.replaceChildren(...(messages.length ? messages.map(drawMessage) : [make("p", "note", hint)]));
  feed.scrollTop = feed.scrollHeight;
}

function drawMessage(message) {
  const reply = message.thread_ts && message.thread_ts !== message.ts;
  const box = make("article", [reply ? "reply" : "", message.is_ephemeral ? "only-you" : ""].join(" ").trim());
  const who = make("p", "who", (state.fullNames[message.user] ?? message.user) + " ");
  who.append(make("time", "", clock(Number(message.ts))));
  if (message.edited) who.append(make("span", "note", " (edited)"));
  box.append(who);
  if (message.is_ephemeral) box.append(make("p", "note", "Only visible to you"));
  const body = make("div");
  const blocks = [...(message.blocks ?? []), ...(message.attachments ?? []).flatMap((one) => one.blocks ?? [])];
  if (blocks.length) drawBlocks(body, blocks, desk({channel: message.channel, ts: message.ts}, message.values, {}));
  else { body.className = "words"; marked(body, message.text, state.names); }
  box.append(body);
  for (const file of message.files ?? []) box.append(make("p", "note", `File: ${file.name ?? file.id}`));
  return box;
}

async function drawHome() {
  const home = await look("home");
  const drawn = JSON.stringify([state.person, home]);
  if (drawn === state.feed) return;
  state.feed = drawn;
  const feed = $("feed");
  if (home) drawBlocks(feed, home.blocks, desk({view: home.id}, home.state.values, {}));
  else feed.replaceChildren(make("p", "note", "Trellis has not drawn its Home for you yet."));
}

async function drawForm() {
  const stack = await look("views") ?? [];
  const view = stack.at(-1) ?? null;
  const drawn = view ? JSON.stringify([view.id, view.hash, view.errors, view.problem]) : "";
  if (drawn === state.form) return;
  state.form = drawn;
  state.view = view;
  if (!view) { $("form").close(); return; }
  $("form-title").textContent = view.title.text;
  $("form-problem").textContent = view.problem;
  $("form-close").textContent = view.close?.text ?? "Cancel";
  $("form-submit").textContent = view.submit?.text ?? "";
  $("form-submit").hidden = !view.submit;
  $("form-submit").disabled = view.submit_disabled;
  drawBlocks($("form-blocks"), view.blocks, desk({view: view.id}, view.state.values, view.errors));
  if ($("form").open) return;
  $("form").showModal();
  $("form-blocks").querySelector("input, select, textarea, button")?.focus();
}

// Doing

function desk(place, values, errors) {
  return {
    names: state.names, lists: lists(), values, errors,
    async act(block, element, value) {
      const inForm = place.view && state.view?.id === place.view;
      if (block.type === "input" && !block.dispatch_action && inForm) return;
      if (inForm) await keep();
      const confirmed = element.confirm ? await sure(element.confirm) : true;
      const told = {...place, block_id: block.block_id, action_id: element.action_id, value, confirmed};
      if (confirmed) await act("act", told);
    },
    async suggest(block, element, query) {
      const told = {...place, block_id: block.block_id, action_id: element.action_id, query};
      return (await act("suggest", told)).options ?? [];
    },
  };
}

// Tell the sandbox what stands in the form now, so that a redraw keeps it.
async function keep() {
  const values = {};
  for (const block of state.view.blocks) {
    if (block.type !== "input") continue;
    const control = $("form-blocks").querySelector(
      `[data-block="${CSS.escape(block.block_id)}"][data-action="${CSS.escape(block.element.action_id)}"]`);
    if (!control) continue;
    const name = `${block.block_id}/${block.element.action_id}`;
    if (block.element.type !== "file_input") values[name] = valueOf(control, block.element);
    else if (control.files.length) values[name] = await Promise.all([...control.files].map(upload));
  }
  return act("fill", {view: state.view.id, values});
}

async function upload(file) {
  const query = new URLSearchParams({user: state.person, name: file.name});
  const answer = await (await fetch(`/client/upload?${query}`, {method: "POST", body: file})).json();
  return answer.file;
}

function sure(confirm) {
  $("sure-title").textContent = confirm.title.text;
  $("sure-text").textContent = confirm.text.text;
  $("sure-yes").textContent = confirm.confirm.text;
  $("sure-no").textContent = confirm.deny.text;
  $("sure").returnValue = "no";
  $("sure").showModal();
  return new Promise((resolve) => {
    $("sure").addEventListener("close", () => resolve($("sure").returnValue === "yes"), {once: true});
  });
}

$("composer").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = $("say").value.trim();
  if (!text) return;
  $("say").value = "";
  const [, command, rest] = text.match(/^(\/\S+)\s*([\s\S]*)$/) ?? [];
  const told = command ? {command, text: rest} : {text};
  const answer = await act(command ? "command" : "message", {...told, channel: state.place});
  if (!answer.ok) $("say").value = text;
});

$("form").querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("form-submit").disabled = true;
  const kept = await keep();
  if (kept.ok) await act("submit", {view: state.view.id});
  $("form-submit").disabled = false;
});

async function closeForm(event) {
  event?.preventDefault();
  if (state.view) await act("close", {view: state.view.id});
}
$("form-close").addEventListener("click", closeForm);
$("form").addEventListener("cancel", closeForm);

$("person").addEventListener("change", async () => {
  state.person = $("person").value;
  state.feed = "";
  await start();
});

// Staying up to date: one redraw at a time, and one more when something changed meanwhile.
let drawing = false;
let again = false;
async function redraw() {
  again = true;
  if (drawing) return;
  drawing = true;
  while (again) { again = false; await draw(); }
  drawing = false;
}

async function start() {
  const commands = await look("commands") ?? [];
  $("commands").replaceChildren(...commands.map((one) => new Option(one.description, one.command)));
  await redraw();
}

const about = await look("about");
$("team").textContent = document.title = about.team;
if (about.plaza) { $("plaza").href = about.plaza; $("plaza").hidden = false; }
state.person = (await look("people")).find((one) => !one.is_bot).id;
await start();
new EventSource("/client/stream").onmessage = (event) => { if (!JSON.parse(event.data).quiet) redraw(); };
