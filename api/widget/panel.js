// The open panel: its frame, focus, announcements, and what the pupil can press. The conversation itself is in talk.js.
import { Talk } from './talk.js';
import { h, line, spoken } from './lines.js';
import { Dialogs } from './dialogs.js';
import { fill, texts } from './texts.js';

const LONGEST_TEXT = 4000;
const FAR = 1e7;
const GOODBYE = /^\W*(pa|papa|na razie|narazie|do widzenia|do zobaczenia|żegnam?|zegnam?|dobranoc|bye|goodbye|see you|good night)(?!\p{L})/iu;

export async function start(shell) {
  const css = await (await fetch(`${shell.base}widget/{{name:panel.css}}`)).text();
  shell.adopt(css, 'widget/{{name:panel.css}}');
  return new Panel(shell);
}

class Panel {
  #shell;
  #talk;
  #language;
  #small = matchMedia('(max-width: 30em), (max-height: 30em)');
  #viewport;
  #pending = new Map();
  #bySeq = new Map();
  #titles = new Map();
  #unspoken = [];
  #help = [];
  #owner = 'bot';
  #counsellor = null;
  #mayRate = true;
  #goodbye = null;

  constructor(shell) {
    this.#shell = shell;
    this.#talk = new Talk({ base: shell.base, key: shell.key, language: shell.language, view: this });
    this.#language = this.#talk.state.language;
    this.#build();
    this.#paint();
    for (const item of this.#talk.state.outbox) this.line(item, 'sending');
    this.#small.addEventListener('change', () => this.isOpen() && this.#place());
    window.visualViewport?.addEventListener('resize', () => this.#fit());
    window.visualViewport?.addEventListener('scroll', () => this.#fit());
    // On a wide page the talk goes on where it was; on a small one it would cover the page that was asked for.
    if (this.#talk.state.open && this.#talk.state.id && !this.#small.matches) this.#show(false);
    this.#talk.resume();
  }

  get #t() {
    return texts[this.#language];
  }

  // --- frame --------------------------------------------------------------------------------------------------------

  #build() {
    const { signpost, title, left } = this.#shell;
    const button = (name, click, ...inside) => h('button', { type: 'button', class: name, click }, ...inside);
    this.heading = h('h2', { id: 'title', tabindex: -1 }, title);
    this.status = h('p', { class: 'owner' });
    this.tongue = button('plain', () => this.#switchLanguage());
    this.closer = button('plain close', () => this.close(), '×');
    this.human = button('human', () => this.#say({ payload: '/ask_human', title: this.#t.humanLine }));
    this.ender = button('plain', () => this.#end());
    this.eraser = button('plain', () => this.dialogs.erase());
    this.log = h('div', { role: 'log', 'aria-live': 'off', tabindex: 0, class: 'log' });
    this.typing = h('p', { class: 'typing', hidden: true });
    this.banner = h('p', { class: 'banner', hidden: true });
    this.extra = h('div', { class: 'extra' });
    this.input = h('textarea', { id: 'text', rows: 1, enterkeyhint: 'send', autocomplete: 'off', keydown: (event) => this.#key(event) });
    this.label = h('label', { for: 'text', class: 'sr' });
    this.problem = h('p', { id: 'problem', class: 'problem', hidden: true });
    this.submit = h('button', { type: 'submit', class: 'send' });
    this.form = h('form', { novalidate: true, submit: (event) => this.#submit(event) }, this.label, this.problem, this.input, this.submit);
    this.announcer = h('div', { 'aria-live': 'polite', class: 'sr announcer' });
    this.tools = h('div', { role: 'group', class: 'tools' }, this.human, this.ender, this.eraser);
    this.dialog = h('dialog', { class: `panel ${left ? 'left' : 'right'}`, 'aria-labelledby': 'title', keydown: (event) => this.#escape(event) },
      h('header', {}, signpost(), h('div', {}, this.heading, this.status), this.tongue, this.closer),
      this.tools, this.log, this.typing, this.banner, this.extra, this.form, this.announcer);
    // The browser's own closing of a modal dialog would leave the button hidden.
    this.dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      this.close();
    });
    this.#viewport = this.#shell.adopt(':host{}');
    this.dialogs = new Dialogs(this, this.#talk);
    // What is typed here is no shortcut of the page.
    for (const kind of ['keydown', 'keypress', 'keyup']) {
      for (const part of [this.dialog, this.dialogs.element]) part.addEventListener(kind, (event) => event.stopPropagation());
    }
    this.#shell.root.append(this.dialog, this.dialogs.element);
  }

  /** Everything fixed in the current language. */
  #paint() {
    const t = this.#t;
    this.dialog.lang = this.#language;
    this.closer.setAttribute('aria-label', t.close);
    this.tongue.textContent = t.language;
    this.tongue.lang = t.languageTag;
    this.human.textContent = t.human;
    this.tools.setAttribute('aria-label', t.tools);
    this.ender.textContent = t.end;
    this.ender.setAttribute('aria-label', t.endFull);
    this.eraser.textContent = t.erase;
    this.eraser.setAttribute('aria-label', t.eraseFull);
    this.log.setAttribute('aria-label', t.log);
    this.label.textContent = t.write;
    this.input.placeholder = t.write;
    this.submit.textContent = t.send;
    this.#paintOwner();
    this.#shell.mark(this.#unspoken.length > 0 && !this.isOpen(), this.#language);
  }

  #paintOwner() {
    const t = this.#t;
    this.typing.textContent = fill(t.typing, { name: this.#counsellor ?? this.#shell.title });
    this.status.textContent = this.#counsellor ? fill(t.counsellorNamed, { name: this.#counsellor }) : t[this.#owner];
  }

  isOpen() {
    return this.dialog.open;
  }

  open() {
    if (this.isOpen()) return;
    this.#show(true);
    if (!this.form.hidden) this.#talk.start();
  }

  #show(focus) {
    this.#shell.button.hidden = true;
    this.#shell.mark(false);
    if (focus) this.#place();
    else this.dialog.setAttribute('open', '');
    this.#talk.state.open = true;
    this.#talk.save();
    this.#scroll();
    for (const [words, language] of this.#unspoken.splice(0)) this.announce(words, language);
    // On a touch screen the keyboard would hide the greeting.
    if (focus) (matchMedia('(pointer: coarse)').matches || this.form.hidden ? this.heading : this.input).focus();
  }

  /** On a small screen the panel fills it and is modal; elsewhere the page stays usable beside it. */
  #place() {
    const { activeElement } = this.#shell.root;
    if (this.dialog.open) this.dialog.close();
    if (this.#small.matches) this.dialog.showModal();
    else this.dialog.show();
    this.#fit();
    activeElement?.focus();
  }

  /** Keeps the panel above a keyboard on the screen. */
  #fit() {
    const view = window.visualViewport;
    if (!this.#viewport || !view) return;
    const full = this.#small.matches && view.scale === 1;
    this.#viewport.replaceSync(full ? `.panel{top:${view.offsetTop}px;height:${view.height}px}` : '');
  }

  close() {
    this.dialog.close();
    this.#shell.button.hidden = false;
    this.#shell.button.focus();
    this.#talk.state.open = false;
    this.#talk.save();
  }

  #escape(event) {
    if (event.key !== 'Escape' || event.isComposing) return;
    event.preventDefault();
    this.close();
  }

  /** Says it once to a screen reader. */
  announce(words, language = this.#language) {
    const said = this.announcer.appendChild(h('p', { lang: language }, words));
    setTimeout(() => said.remove(), 15_000);
  }

  // --- what the pupil does ------------------------------------------------------------------------------------------

  #key(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#submit(event);
  }

  #submit(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    this.#complain('');
    if (!text) return this.input.focus();
    // Characters as the service counts them: an emoji is one.
    const length = [...text].length;
    if (length > LONGEST_TEXT) return this.#complain(fill(this.#t.tooLong, { n: length }));
    this.input.value = '';
    this.#say({ text });
    this.input.focus();
  }

  #complain(words) {
    this.problem.textContent = words;
    this.problem.hidden = !words;
    this.input.setAttribute('aria-invalid', Boolean(words));
    if (!words) return this.input.removeAttribute('aria-describedby');
    this.input.setAttribute('aria-describedby', 'problem');
    this.announce(words);
    this.input.focus();
  }

  #say(message) {
    if (this.form.hidden) this.restart();
    const item = this.#talk.send(message);
    this.#scroll();
    return item;
  }

  #press(button) {
    const item = this.#say({ payload: button.payload, title: button.title });
    // The pressed button goes away; the next Tab leads on from the pupil's own line.
    this.#pending.get(item.client_id)?.focus({ preventScroll: true });
  }

  #switchLanguage() {
    const { languageTag, languageAsk } = this.#t;
    this.#language = languageTag;
    this.#talk.state.language = languageTag;
    this.#paint();
    if (this.#talk.state.id) this.#say({ text: languageAsk });
    else this.#talk.save();
  }

  #end() {
    this.dialogs.end(this.#mayRate && !this.#talk.state.rated, () => {
      this.#talk.leave('left');
      this.finish(this.#t.noticeLeft);
    });
  }

  /** The conversation is over: nothing can be written until a new one is started. */
  finish(words) {
    this.#clear();
    this.form.hidden = this.ender.hidden = this.eraser.hidden = true;
    this.#notice(words);
    this.announce(words);
    const fresh = h('button', { type: 'button', class: 'choice', click: () => this.restart() }, this.#t.fresh);
    this.extra.replaceChildren(fresh);
    if (this.isOpen()) fresh.focus();
  }

  restart() {
    this.#clear();
    this.form.hidden = this.ender.hidden = this.eraser.hidden = false;
    this.input.focus();
    this.#talk.start();
  }

  #clear() {
    for (const part of [this.log, this.extra, this.announcer]) part.replaceChildren();
    this.#pending.clear();
    this.#bySeq.clear();
    this.#unspoken = [];
    this.#help = [];
    this.#owner = 'bot';
    this.#counsellor = null;
    this.#mayRate = true;
    this.#goodbye = null;
    this.#complain('');
    this.#paintOwner();
  }

  // --- what the conversation tells ----------------------------------------------------------------------------------

  /** A line of the pupil that is not yet known to be stored. */
  line(item, state, detail) {
    const element = this.#pending.get(item.client_id) ?? this.#draft(item);
    const t = this.#t;
    const words = { sending: t.sending, waiting: t.waitingState, queued: t.queued, refused: t.refused }[state];
    this.#mark(element, words);
    if (state !== 'refused') return;
    this.#pending.delete(item.client_id);
    this.#complain(fill(t.refusedWhy, { why: detail.message ?? '' }));
    if (!this.input.value && item.text) this.input.value = item.text;
  }

  #draft(item) {
    const element = line({ sender: 'pupil', text: item.title }, { language: this.#language, name: this.#t.you });
    element.tabIndex = -1;
    this.#pending.set(item.client_id, element);
    this.#dropChoices();
    this.log.append(element);
    return element;
  }

  /** Words about the sending of a line; older ones are of no interest any more. */
  #mark(element, words) {
    const done = this.#t.sent;
    for (const old of this.log.querySelectorAll('.state')) if (old.textContent === done && words === done) old.remove();
    let state = element.querySelector('.state');
    if (!state) element.append((state = h('p', { class: 'state', lang: this.#language })));
    state.textContent = words;
  }

  sent(item, seq) {
    const element = this.#pending.get(item.client_id);
    const shown = this.#bySeq.get(seq);
    if (shown && shown !== element && element) {
      // It came as an event in other words before it was acknowledged.
      shown.tabIndex = -1;
      if (element === this.#shell.root.activeElement) shown.focus({ preventScroll: true });
      element.remove();
    } else if (element) this.#bySeq.set(seq, element);
    this.#pending.delete(item.client_id);
    if (this.#bySeq.has(seq)) this.#mark(this.#bySeq.get(seq), this.#t.sent);
    if (item.payload === '/goodbye' || GOODBYE.test(item.text ?? '')) this.#goodbye = seq;
  }

  /** Help for a line that is not stored yet; the stored answer takes its place. */
  help(item, messages) {
    const shown = messages.map((message) => this.#message({ ...message, sender: 'system' }, true));
    this.#pending.get(item.client_id)?.after(...shown);
    this.#help = shown;
    this.#scroll(shown[0]);
  }

  connection(state, seconds) {
    const t = this.#t;
    const words = { offline: t.offline, slow: fill(t.slow, { n: seconds }) }[state] ?? '';
    const before = this.banner.textContent;
    if (words === before) return;
    this.banner.textContent = words;
    this.banner.hidden = !words;
    const news = words || (before === t.offline && t.online);
    if (news && this.isOpen()) this.announce(news);
    this.#scroll();
  }

  busy(flag) {
    if (this.typing.hidden === !flag) return;
    this.typing.hidden = !flag;
    if (flag) this.#scroll();
  }

  cleared(reason) {
    if (reason === 'erased') return this.finish(this.#t.noticeErased);
    if (reason === 'left') return this.finish(this.#t.noticeLeft);
    const waiting = [...this.#pending];
    this.#clear();
    if (reason === 'gone') {
      this.#notice(this.#t.noticeGone);
      if (this.isOpen()) this.announce(this.#t.noticeGone);
    }
    for (const [id, element] of waiting) {
      this.#pending.set(id, element);
      this.log.append(element);
    }
  }

  /** New events in order; up to number `seen` they were read before and are not announced again. */
  show(events, seen) {
    let first = null;
    events.forEach((event, place) => {
      const element = this.#event(event, [events[place - 1], events[place + 1]], event.seq > seen);
      first ??= event.sender === 'pupil' ? null : element;
    });
    this.#talk.state.seen = Math.max(seen, events.at(-1).seq);
    if (!first) return;
    this.#scroll(first);
    if (!this.isOpen()) this.#shell.mark(this.#unspoken.length > 0, this.#language);
  }

  #event(event, neighbours, fresh) {
    if (event.type === 'message') return this.#message(event, fresh);
    if (event.type === 'owner') return this.#handOver(event, neighbours, fresh);
    if (event.type === 'expired') return this.#tell(this.#t.noticeClosed, fresh);
    if (event.type !== 'turn_end') return null;
    if (event.reply_to === this.#goodbye) this.#offerRating();
    const explained = neighbours[0]?.type === 'message' && neighbours[0].sender !== 'pupil';
    if (event.outcome === 'failed' && !explained) return this.#tell(this.#t.failedTurn, fresh);
    return null;
  }

  #message(event, fresh) {
    for (const button of [event, ...(event.cards ?? [])].flatMap((part) => part.buttons ?? [])) this.#titles.set(button.payload, button.title);
    if (event.sender === 'pupil') return this.#own(event);
    if (event.safety) this.#mayRate = false;
    const known = event.safety ? this.#help.splice(0) : [];
    for (const old of known) old.remove();
    const name = { bot: this.#shell.title, counsellor: this.#counsellor ?? this.#t.human1 }[event.sender] ?? this.#t.system;
    const element = line(event, { language: this.#language, name, press: (button) => this.#press(button) });
    this.#add(element);
    if (fresh && !known.length) this.#speak(spoken(event, name), event.language);
    return element;
  }

  /** A line of the pupil as the server has it: one that is shown already, or one from another tab or an earlier page. */
  #own(event) {
    this.#dropChoices();
    let element = this.#bySeq.get(event.seq);
    const text = this.#titles.get(event.text) ?? (event.text === '/ask_human' ? this.#t.humanLine : event.text);
    if (!element) {
      const item = this.#talk.state.outbox.find((one) => this.#unbound(one) && [one.text, one.title, one.payload].includes(event.text));
      element = item ? this.#pending.get(item.client_id) : line({ ...event, text }, { language: this.#language, name: this.#t.you });
      this.#bySeq.set(event.seq, element);
    }
    this.#add(element);
    return element;
  }

  #unbound(item) {
    return ![...this.#bySeq.values()].includes(this.#pending.get(item.client_id));
  }

  /** After everything that has a number, before what still waits for one. */
  #add(element) {
    const waiting = [...this.#pending.values()].find((one) => one.isConnected && one !== element && !this.#numbered(one));
    if (element.isConnected && (element.nextElementSibling ?? null) === (waiting ?? null)) return;
    this.log.insertBefore(element, waiting ?? null);
  }

  #numbered(element) {
    return [...this.#bySeq.values()].includes(element);
  }

  #handOver(event, neighbours, fresh) {
    if (event.owner === this.#owner) return null;
    this.#owner = event.owner;
    this.#counsellor = event.owner === 'counsellor' ? event.name ?? null : null;
    this.#paintOwner();
    // The service's own notice says it already.
    if (neighbours.some((other) => other?.sender === 'system' && !other.safety)) return null;
    const t = this.#t;
    if (event.owner === 'waiting') return this.#tell(t.noticeWaiting, fresh);
    if (event.owner === 'counsellor') {
      return this.#tell(this.#counsellor ? fill(t.noticeCounsellorNamed, { name: this.#counsellor }) : t.noticeCounsellor, fresh);
    }
    if (event.owner === 'closed') {
      this.#offerRating();
      return this.#tell(t.noticeClosed, fresh);
    }
    return this.#tell(t.noticeBot, fresh);
  }

  #tell(words, fresh) {
    if (fresh) this.#speak(words, this.#language);
    return this.#notice(words);
  }

  #notice(words) {
    const element = h('p', { class: 'notice', lang: this.#language }, words);
    this.#add(element);
    return element;
  }

  #speak(words, language) {
    if (this.isOpen()) this.announce(words, language);
    else this.#unspoken.push([words, language]);
  }

  /** Answers to choose from belong to the last message; after a line of the pupil they are gone. */
  #dropChoices() {
    for (const old of this.log.querySelectorAll('.line > .choices')) {
      if (old.contains(this.#shell.root.activeElement)) this.log.focus({ preventScroll: true });
      old.remove();
    }
  }

  // After a talk about danger or violence nobody is asked for a mark.
  #offerRating() {
    if (this.#mayRate && !this.#talk.state.rated) this.dialogs.offer();
  }

  /** To the end, but no further than the beginning of what is new. */
  #scroll(first) {
    const scroller = getComputedStyle(this.log).overflowY === 'visible' ? this.dialog : this.log;
    const down = first ? first.getBoundingClientRect().top - scroller.getBoundingClientRect().top - 8 : FAR;
    scroller.scrollTop += down;
  }
}
