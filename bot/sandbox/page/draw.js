// Draws Block Kit as plain elements. Whatever came from outside is set as text, so nothing that was typed ever runs.

export function make(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

// names: id -> what to show for <@U…> and <#C…>
export function words(object, names) {
  const box = make("span", "words");
  const text = object?.text ?? "";
  if (object?.type === "mrkdwn") marked(box, text, names);
  else box.textContent = unescape(text);
  return box;
}

const unescape = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
// A word joiner beside a mark keeps Slack from reading it as one.
const INLINE = /<([^<>\n]+)>|`([^`\n]+)`|(?<![\w*\u2060])\*([^*\n]+)\*|(?<![\w_\u2060])_([^_\n]+)_(?!\w)|(?<![\w~\u2060])~([^~\n]+)~/g;

export function marked(box, text, names) {
  let at = 0;
  for (const found of text.matchAll(INLINE)) {
    box.append(unescape(text.slice(at, found.index)));
    const [, angle, code, bold, italic, strike] = found;
    if (angle) box.append(reference(angle, names));
    else if (code) box.append(make("code", "", unescape(code)));
    else {
      const inner = make(bold ? "strong" : italic ? "em" : "s");
      marked(inner, bold ?? italic ?? strike, names);
      box.append(inner);
    }
    at = found.index + found[0].length;
  }
  box.append(unescape(text.slice(at)));
}

function reference(angle, names) {
  const [target, label] = angle.split("|");
  if (target.startsWith("@") || target.startsWith("#")) {
    return make("strong", "", (target[0] + (names[target.slice(1)] ?? label ?? target.slice(1))));
  }
  if (target.startsWith("!date^")) return moment(target.split("^"), label);
  if (target.startsWith("!")) return make("strong", "", unescape(label ?? "@" + target.slice(1)));
  return link(unescape(target), unescape(label ?? target));
}

// The zone of the person whose screen this is: Slack shows times in each reader's own.
let timeZone;
export function liveIn(zone) { timeZone = zone; }

export function clock(seconds, style = "short") {
  return new Date(seconds * 1000).toLocaleTimeString(undefined, {timeStyle: style, timeZone});
}

function moment([, seconds, format], fallback) {
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return document.createTextNode(unescape(fallback ?? ""));
  const day = date.toLocaleDateString(undefined, {dateStyle: "medium", timeZone});
  const time = clock(Number(seconds));
  const shown = format.replace(/\{date[a-z_]*\}/g, day).replace(/\{time[a-z_]*\}/g, time);
  return make("time", "", shown.replace(/\{ago\}/g, day));
}

function link(address, label) {
  let safe = null;
  try { safe = new URL(address); } catch { /* no address: shown as text */ }
  if (!safe || !["http:", "https:", "mailto:"].includes(safe.protocol)) return document.createTextNode(label);
  const made = make("a", "", label);
  made.href = safe.href;
  made.target = "_blank";
  made.rel = "noopener noreferrer";
  return made;
}

// desk: {names, lists, values, errors, act(block, element, value)}; draws blocks into `box`
export function drawBlocks(box, blocks, desk) {
  box.replaceChildren(...blocks.map((block) => drawBlock(block, desk)));
}

function drawBlock(block, desk) {
  const box = make(block.type === "divider" ? "hr" : "div", `block ${block.type}`);
  const draw = BLOCKS[block.type];
  if (draw) draw(box, block, desk);
  else if (block.type !== "divider") box.append(words(block.text ?? block.title, desk.names));
  return box;
}

const BLOCKS = {
  section(box, block, desk) {
    const body = make("div");
    if (block.text) body.append(words(block.text, desk.names));
    if (block.fields) {
      const fields = make("div", "fields");
      fields.append(...block.fields.map((field) => words(field, desk.names)));
      body.append(fields);
    }
    box.append(body);
    if (block.accessory) box.append(drawElement(block, block.accessory, desk));
  },
  header(box, block) { box.setAttribute("role", "heading"); box.setAttribute("aria-level", "3"); box.append(words(block.text, {})); },
  context(box, block, desk) {
    box.append(...block.elements.map((one) => one.type === "image" ? picture(one) : words(one, desk.names)));
  },
  actions(box, block, desk) { box.append(...block.elements.map((one) => drawElement(block, one, desk))); },
  context_actions(box, block, desk) { BLOCKS.actions(box, block, desk); },
  image(box, block) { if (block.title) box.append(words(block.title, {}), make("br")); box.append(picture(block)); },
  markdown(box, block) { box.append(make("span", "words", block.text)); },
  rich_text(box, block, desk) { for (const part of block.elements) box.append(richPart(part, desk.names)); },
  container(box, block, desk) {
    if (block.title) box.append(words(block.title, desk.names));
    box.append(...block.child_blocks.map((child) => drawBlock(child, desk)));
  },
  table(box, block) {
    const table = make("table");
    for (const row of block.rows) {
      const line = table.insertRow();
      for (const cell of row) line.insertCell().textContent = cell.text ?? cell.value ?? "";
    }
    box.append(table);
  },
  input(box, block, desk) {
    box.classList.add("field");
    const control = drawElement(block, block.element, desk);
    const label = make("label", "", block.label.text + (block.optional ? " (optional)" : ""));
    const focus = control.matches("input, select, textarea") ? control : control.querySelector("input, select");
    if (focus) { focus.id ||= `${block.block_id}-${block.element.action_id}`; label.htmlFor = focus.id; }
    box.append(label, control);
    if (block.hint) box.append(make("span", "hint", block.hint.text));
    const error = desk.errors?.[block.block_id];
    if (error) {
      box.append(make("span", "error", error));
      focus?.setAttribute("aria-invalid", "true");
    }
  },
};

function richPart(part, names) {
  if (part.type === "rich_text_list") {
    const list = make(part.style === "ordered" ? "ol" : "ul");
    for (const one of part.elements) { const item = make("li"); item.append(richPart(one, names)); list.append(item); }
    return list;
  }
  const tag = {rich_text_quote: "blockquote", rich_text_preformatted: "pre"}[part.type] ?? "div";
  const box = make(tag, "words");
  for (const one of part.elements) {
    if (one.type === "link") box.append(link(one.url, one.text || one.url));
    else if (one.type === "user") box.append(make("strong", "", "@" + (names[one.user_id] ?? one.user_id)));
    else if (one.type === "channel") box.append(make("strong", "", "#" + (names[one.channel_id] ?? one.channel_id)));
    else {
      const style = one.style ?? {};
      const kind = style.bold ? "strong" : style.italic ? "em" : style.strike ? "s" : style.code ? "code" : "span";
      box.append(make(kind, "", one.text ?? one.fallback ?? one.name ?? ""));
    }
  }
  return box;
}

function picture(element) {
  const made = make("img");
  made.alt = element.alt_text;
  made.src = element.image_url ?? `/client/file/${encodeURIComponent(element.slack_file?.id)}`;
  return made;
}

const KEY = {
  selected_option: (entry) => entry?.value ?? "",
  selected_options: (entry) => (entry ?? []).map((one) => one.value),
};

// What was entered so far, as the value that the control API takes.
function current(block, element, desk) {
  const entry = desk.values?.[block.block_id]?.[element.action_id] ?? {};
  for (const [name, value] of Object.entries(entry)) {
    if (name !== "type" && name !== "timezone") return (KEY[name] ?? ((plain) => plain ?? ""))(value);
  }
  return "";
}

export function drawElement(block, element, desk) {
  if (element.type === "image") return picture(element);
  const control = control_of(block, element, desk);
  control.dataset.block = block.block_id;
  control.dataset.action = element.action_id;
  return control;
}

function control_of(block, element, desk) {
  const tell = (value) => desk.act(block, element, value);
  if (["button", "workflow_button", "icon_button"].includes(element.type)) {
    const made = make("button", element.style ?? "", element.text.text);
    made.type = "button";
    if (element.accessibility_label) made.setAttribute("aria-label", element.accessibility_label);
    made.addEventListener("click", () => {
      if (element.url) window.open(element.url, "_blank", "noopener");
      tell(null);
    });
    return made;
  }
  if (["checkboxes", "radio_buttons"].includes(element.type)) return choices(block, element, desk, tell);
  if (/select$|^overflow$/.test(element.type)) return menu(block, element, desk, tell);
  return typed(block, element, desk, tell);
}

function choices(block, element, desk, tell) {
  const box = make("div");
  const chosen = [current(block, element, desk)].flat();
  const kind = element.type === "checkboxes" ? "checkbox" : "radio";
  for (const one of element.options) {
    const line = make("label", "block");
    const tick = make("input");
    tick.type = kind;
    tick.name = `${block.block_id}/${element.action_id}`;
    tick.value = one.value;
    tick.checked = chosen.includes(one.value);
    line.append(tick, " ", words(one.text, desk.names));
    box.append(line);
  }
  box.addEventListener("change", () => tell(valueOf(box, element)));
  return box;
}

function menu(block, element, desk, tell) {
  const made = make("select");
  made.multiple = element.type.startsWith("multi_");
  const name = element.placeholder?.text ?? (element.type === "overflow" ? "More" : "Choose");
  made.setAttribute("aria-label", name);
  if (!made.multiple) made.append(new Option(name, ""));
  const chosen = [current(block, element, desk)].flat();
  for (const [value, label] of offered(element, desk)) made.append(new Option(label, value, false, chosen.includes(value)));
  if (element.type.endsWith("external_select")) return searched(block, element, desk, made, tell);
  made.addEventListener("change", () => {
    const value = valueOf(made, element);
    if (element.type === "overflow") made.value = "";
    if (value !== null) tell(value);
  });
  return made;
}

function offered(element, desk) {
  if (element.type.includes("users")) return desk.lists.users;
  if (element.type.includes("conversations") || element.type.includes("channels")) return desk.lists.channels;
  const all = [...(element.options ?? []), ...(element.option_groups ?? []).flatMap((group) => group.options)];
  return all.map((one) => [one.value, one.text.text]);
}

function searched(block, element, desk, select, tell) {
  const box = make("div");
  const query = make("input");
  query.placeholder = "Type to search";
  query.setAttribute("aria-label", "Search");
  query.addEventListener("input", async () => {
    const found = await desk.suggest(block, element, query.value);
    select.replaceChildren(new Option("Choose", ""), ...found.map((one) => new Option(one.text.text, one.value)));
  });
  select.addEventListener("change", () => tell(valueOf(select, element)));
  box.append(query, select);
  return box;
}

const INPUT_TYPE = {datepicker: "date", timepicker: "time", datetimepicker: "datetime-local", file_input: "file",
  email_text_input: "email", url_text_input: "url"};

function typed(block, element, desk, tell) {
  const made = make(element.multiline || element.type === "rich_text_input" ? "textarea" : "input");
  if (made.tagName === "TEXTAREA") made.rows = 5;
  else made.type = INPUT_TYPE[element.type] ?? "text";
  if (element.placeholder) made.placeholder = element.placeholder.text;
  made.setAttribute("aria-label", element.placeholder?.text ?? block.label?.text ?? element.type);
  if (element.type === "file_input") made.multiple = true;
  else if (element.type === "datetimepicker") made.value = local(current(block, element, desk));
  else if (element.type !== "rich_text_input") made.value = current(block, element, desk);
  made.addEventListener("change", () => tell(valueOf(made, element)));
  return made;
}

// A moment as wall-clock time in the person's zone, as a datetime-local input wants it; and back.
function local(seconds) {
  if (!seconds) return "";
  return new Date(seconds * 1000).toLocaleString("sv", {timeZone}).replace(" ", "T").slice(0, 16);
}

function seconds(wall) {
  const asUtc = Date.parse(wall + "Z") / 1000;
  const ahead = Date.parse(local(asUtc) + "Z") / 1000 - asUtc;
  const guess = asUtc - ahead;
  return guess + (asUtc - Date.parse(local(guess) + "Z") / 1000);  // once more, for the night of a clock change
}

// What a control holds now, as the value that the control API takes.
export function valueOf(control, element) {
  if (element.type === "checkboxes") return [...control.querySelectorAll(":checked")].map((one) => one.value);
  if (element.type === "radio_buttons") return control.querySelector(":checked")?.value ?? null;
  const field = control.matches("input, select, textarea") ? control : control.querySelector("select");
  if (element.type.startsWith("multi_")) return [...field.selectedOptions].map((one) => one.value).filter(Boolean);
  if (element.type === "datetimepicker") return field.value ? seconds(field.value) : null;
  return field.value || null;
}
