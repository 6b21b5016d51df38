// From events to elements: messages, cards, charts, links. Text goes in as text only, never as markup.
import { fill, texts } from './texts.js';

/** An element; functions become listeners, `false`, `null` and `undefined` leave an attribute out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false && child !== ''));
  return element;
}

const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]]/g;
// Polish numbers as people write them: 12 345 67 89, 600-700-800, 800 12 12 12, 116 111, 112; with or without +48.
const DIGITS = /\+?\d(?:[ -]?\d)+/g;
const PHONE = /^((\+48)?\d{9}|116\d{3}|112|99[789])$/;
const PHONE_LABEL = /tel|phone|numer|number|zadzwo|call/i;

const web = (url) => (/^(https?:|tel:|mailto:)/i.test(url ?? '') ? url : null);

export function link(url, title, t) {
  if (!web(url)) return title;
  if (!/^http/i.test(url)) return h('a', { href: url }, title);
  return h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, title, h('span', { class: 'sr' }, ` ${t.newTab}`));
}

const dial = (number) => number.replace(/[ -]/g, '');
const call = (number) => h('a', { href: `tel:${dial(number)}`, class: 'call' }, number.replace(/ /g, '\u00a0'));

/** The text with its web addresses, and where `phones` its telephone numbers, made into links. */
export function rich(text, t, phones = false) {
  const parts = [];
  let from = 0;
  const hits = [...text.matchAll(LINK)].map((hit) => [hit.index, hit[0], link(hit[0], hit[0], t)]);
  for (const hit of phones ? text.matchAll(DIGITS) : []) {
    if (PHONE.test(dial(hit[0]))) hits.push([hit.index, hit[0], call(hit[0])]);
  }
  for (const [at, raw, element] of hits.sort((a, b) => a[0] - b[0])) {
    if (at < from) continue;
    parts.push(text.slice(from, at), element);
    from = at + raw.length;
  }
  return [...parts, text.slice(from)];
}

export function buttons(list, t, press, name = t.choices) {
  if (!list?.length) return null;
  const one = (button) => h('button', { type: 'button', class: 'choice', click: () => press(button) }, button.title);
  return h('div', { role: 'group', 'aria-label': name, class: 'choices' }, list.map(one));
}

function bar({ label, value, max }, said, t) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', 'bar');
  for (const [name, share] of [['rest', 100], ['value', Math.max(0, Math.min(100, (100 * value) / (max || 1)))]]) {
    const box = svg.appendChild(document.createElementNS(space, 'rect'));
    for (const [key, is] of Object.entries({ class: name, width: `${share}%`, height: '100%', rx: 4 })) box.setAttribute(key, is);
  }
  return h('li', {}, h('span', {}, label), ' ', h('b', {}, said ?? fill(t.of, { value, max })), svg);
}

// What a fact says of a bar ("mocno") stands beside the bar, and not in a list of its own above it.
function chart(data, said, t) {
  if (!data?.bars?.length) return null;
  return h('figure', {}, h('figcaption', {}, data.title), h('ul', {}, data.bars.map((one) => bar(one, said.get(one.label), t))));
}

function source(data, t) {
  if (!data || !(data.title || data.url)) return null;
  const dated = data.as_of && `, ${fill(t.asOf, { date: data.as_of })}`;
  return h('p', { class: 'source' }, `${t.source} `, link(data.url, data.title || data.url, t), dated);
}

const fact = ({ label, value }, t, phones) =>
  h('div', {}, h('dt', {}, label), h('dd', {}, rich(String(value), t, phones || PHONE_LABEL.test(label))));

export function card(data, t, press) {
  const phones = data.kind === 'helpline';
  const name = h('h3', {}, data.title);
  const charted = new Set(data.chart?.bars?.map((one) => one.label));
  const said = new Map(data.facts?.filter((one) => charted.has(one.label)).map((one) => [one.label, one.value]));
  const facts = data.facts?.filter((one) => !said.has(one.label)) ?? [];
  return h('li', { class: `card ${phones ? 'help' : ''}` },
    h('p', { class: 'kind' }, t[data.kind] ?? ''),
    name,
    data.subtitle && h('p', {}, rich(data.subtitle, t, phones)),
    data.why && h('p', { class: 'why' }, h('b', {}, t.why), ` ${data.why}`),
    facts.length > 0 && h('dl', {}, facts.map((one) => fact(one, t, phones))),
    chart(data.chart, said, t),
    /^https?:/i.test(data.url ?? '') && h('p', {}, link(data.url, data.kind === 'appointment' ? t.calendar : t.more, t)),
    source(data.source, t),
    buttons(data.buttons, t, press, data.title));
}

/** One message of anybody. `name` is who says it, `press` is called with a button that is pressed. */
export function line(event, { language, name, press }) {
  const tongue = event.language in texts ? event.language : language;
  const t = texts[tongue];
  const text = event.text ?? '';
  const element = h('div', { class: `line ${event.sender} ${event.safety ? 'safety' : ''}`, lang: event.language ?? tongue },
    h('p', { class: 'who', lang: language }, name),
    event.safety && h('p', { class: 'important' }, t.safety),
    text && h('p', { class: 'text' }, rich(text, t, event.safety)),
    event.cards?.length > 0 && h('ul', { class: 'cards' }, event.cards.map((one) => card(one, t, press))));
  const choices = buttons(event.buttons, t, press);
  if (choices) element.append(choices);
  return element;
}

// Of a helpline all facts are said: its number is among them.
const summary = ({ kind, title, subtitle, facts }, t) =>
  [t[kind], title, subtitle, ...(kind === 'helpline' ? (facts ?? []).map(({ label, value }) => `${label}: ${value}`) : [])].filter(Boolean).join(', ');

/** What the announcer says of a message: its text, the names of its cards, what can be chosen. */
export function spoken(event, name) {
  const t = texts[event.language] ?? texts.pl;
  const cards = (event.cards ?? []).map((one) => summary(one, t));
  const list = (event.buttons ?? []).map((one) => one.title).join(', ');
  return [event.safety && `${t.safety}.`, `${name}:`, event.text, ...cards.map((one) => `${one}.`), list && fill(t.choose, { list })]
    .filter(Boolean)
    .join(' ');
}
