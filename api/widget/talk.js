// One conversation with the server: what is sent waits in an outbox until it is acknowledged, what comes is read by number.

const LONGEST_PAUSE = 15;
const ERASING_MS = 10_000;
const HANDOVER_MS = 300;
const TYPING_MS = 8000;

const uuid = () =>
  crypto.randomUUID?.() ??
  '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (c) =>
    (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16),
  );

/**
 * The view is told: `show(events, past)`, `line(item, state, detail)`, `sent(item, seq)`, `help(item, messages)`,
 * `connection(state, seconds)`, `busy(flag)`, `cleared(reason)`; it answers `isOpen()`.
 */
export class Talk {
  owner = 'bot';
  #base;
  #key;
  #view;
  #channel;
  #after = 0;
  #failures = 0;
  #sleepers = new Set();
  #helped = new WeakSet();
  #calls = new Set();
  #turns = new Set();
  #ended = new Set();
  #beginning = null;
  #erasing = null;
  #listening = false;
  #flushing = false;
  #offline = false;
  #bornAt = 0;
  #handed = null;
  #typingUntil = 0;

  constructor({ base, key, language, view }) {
    this.#base = `${base}api/v1/conversations`;
    this.#key = key;
    this.#view = view;
    this.state = { language, outbox: [], ...this.#stored() };
    addEventListener('online', () => this.#online());
    addEventListener('offline', () => this.#setOffline(true));
    document.addEventListener('visibilitychange', () => document.hidden || this.resume());
    if (!window.BroadcastChannel) return;
    this.#channel = new BroadcastChannel(key);
    this.#channel.onmessage = ({ data }) => this.#heard(data);
  }

  get offline() {
    return this.#offline;
  }

  /** Opens the conversation of this sitting, a new one if there is none, and follows it. */
  async start() {
    if (!this.state.id) await this.#begin();
    this.resume();
  }

  /** Goes on with a conversation that exists; does nothing without one. */
  resume() {
    this.#wake();
    if (this.state.id || this.state.outbox.length) this.#flush();
    if (this.state.id) this.#listen();
  }

  /** Puts a message into the outbox. `title` is what the pupil sees of a payload. */
  send({ text, payload, title }) {
    const item = { client_id: uuid(), text, payload, title: title ?? text };
    if (this.state.over) {
      this.#forget();
      this.#view.cleared('over');
    }
    this.state.outbox.push(item);
    this.save();
    this.#view.line(item, this.#offline ? 'waiting' : 'sending');
    this.#busy();
    this.#wake();
    this.#flush();
    return item;
  }

  /** True when the score was taken. */
  async rate(score, comment) {
    const answer = await this.#call('POST', `/${this.state.id}/feedback`, { score, ...(comment && { comment }) }).catch(() => null);
    if (answer?.status !== 204) return false;
    this.state.rated = true;
    this.save();
    return true;
  }

  /** Erases the conversation on the server and here. False: it could not, nothing has changed. */
  async erase() {
    const { id } = this.state;
    if (id) {
      this.#erase(id);
      this.#channel?.postMessage({ erasing: id });
      const answer = await this.#call('DELETE', `/${id}`).catch(() => null);
      if (![204, 401, 404, 410].includes(answer?.status)) return false;
    }
    this.leave('erased');
    return true;
  }

  /** A reader may hear that the conversation is gone before the erasing tab says why: it waits a while for the reason. */
  #erase(id) {
    this.#erasing = id;
    setTimeout(() => (this.#erasing = null), ERASING_MS);
  }

  /** Leaves the conversation: no tab of this browser knows it any more. `why` is `left` or `erased`. */
  leave(why) {
    if (why && this.state.id) this.#channel?.postMessage({ gone: this.state.id, why });
    this.state.outbox = [];
    this.#forget();
    this.#busy();
  }

  save() {
    try {
      if (this.state.id || this.state.outbox.length) sessionStorage.setItem(this.#key, JSON.stringify(this.state));
      else sessionStorage.removeItem(this.#key);
    } catch {
      // Storage is closed to this page: the conversation lives as long as the page.
    }
  }

  #stored() {
    try {
      return JSON.parse(sessionStorage.getItem(this.#key)) ?? {};
    } catch {
      return {};
    }
  }

  #forget() {
    const { language, outbox, open } = this.state;
    this.state = { language, outbox, open };
    this.#after = 0;
    this.owner = 'bot';
    this.#turns.clear();
    this.#ended.clear();
    for (const call of this.#calls) call.abort();
    this.save();
  }

  // --- other tabs ---------------------------------------------------------------------------------------------------

  #heard({ ask, give, erasing, gone, why }) {
    const { id, token, language } = this.state;
    if (ask && id && !this.state.over) this.#channel.postMessage({ give: { id, token, language } });
    if (give) this.#handed?.(give);
    if (erasing) this.#erase(erasing);
    if (gone && gone === id) {
      this.leave();
      this.#view.cleared(why);
    }
  }

  #askTabs() {
    if (!this.#channel) return null;
    return new Promise((resolve) => {
      this.#handed = resolve;
      this.#channel.postMessage({ ask: true });
      setTimeout(resolve, HANDOVER_MS, null);
    }).finally(() => (this.#handed = null));
  }

  // --- calls --------------------------------------------------------------------------------------------------------

  async #call(method, path, body, seconds = 15) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), seconds * 1000);
    this.#calls.add(stop);
    try {
      const headers = body ? { 'Content-Type': 'application/json' } : {};
      if (path) headers.Authorization = `Bearer ${this.state.token}`;
      const answer = await fetch(this.#base + path, {
        method,
        headers,
        body: body && JSON.stringify(body),
        signal: stop.signal,
        credentials: 'omit',
        cache: 'no-store',
      });
      const data = answer.status === 204 ? null : await answer.json();
      return { status: answer.status, data, retry: Number(answer.headers.get('Retry-After')) || 5 };
    } finally {
      clearTimeout(timer);
      this.#calls.delete(stop);
    }
  }

  #sleep(seconds) {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, seconds * 1000);
      this.#sleepers.add(wake);
    });
  }

  #wake() {
    for (const wake of [...this.#sleepers]) wake();
  }

  /** The browser says that the network is back: calls that hang since before are not worth waiting for. */
  #online() {
    this.#failures = 0;
    for (const call of this.#calls) call.abort();
    this.#wake();
  }

  #failed() {
    this.#setOffline(true);
    const pause = Math.min(LONGEST_PAUSE, 2 ** this.#failures++);
    return this.#sleep(pause * (0.7 + Math.random() * 0.6));
  }

  #reached() {
    this.#failures = 0;
    if (!this.#offline) return;
    this.#setOffline(false);
    this.#wake();
  }

  async #slowDown(seconds) {
    this.#view.connection('slow', seconds);
    const until = Date.now() + seconds * 1000;
    while (Date.now() < until) await this.#sleep((until - Date.now()) / 1000);
    this.#view.connection('ok');
  }

  #setOffline(offline) {
    if (this.#offline !== offline) this.#view.connection(offline ? 'offline' : 'ok');
    this.#offline = offline;
    for (const item of this.state.outbox) this.#view.line(item, offline ? 'waiting' : 'sending');
    this.#busy();
  }

  #busy() {
    const expected = this.owner === 'bot' && (this.#turns.size > 0 || this.state.outbox.length > 0);
    this.#view.busy(!this.#offline && (expected || Date.now() < this.#typingUntil));
  }

  #typing(going) {
    this.#typingUntil = going ? Date.now() + TYPING_MS : 0;
    if (going) setTimeout(() => this.#busy(), TYPING_MS + 100);
  }

  // --- the life of a conversation -----------------------------------------------------------------------------------

  #begin() {
    return (this.#beginning ??= this.#born().finally(() => (this.#beginning = null)));
  }

  async #born() {
    const handed = await this.#askTabs();
    if (handed) {
      Object.assign(this.state, handed);
      return this.save();
    }
    for (;;) {
      const answer = await this.#call('POST', '', { language: this.state.language }).catch(() => null);
      if (answer?.status === 201) {
        this.#reached();
        this.#bornAt = Date.now();
        Object.assign(this.state, { id: answer.data.id, token: answer.data.token, seen: 0 });
        return this.save();
      }
      if (answer?.status === 429) await this.#slowDown(answer.retry);
      else await this.#failed();
    }
  }

  /** The server does not know the conversation any more: what waits in the outbox goes into a new one. */
  async #lost(id) {
    if (this.state.id !== id) return;
    if (this.#erasing === id) return this.#sleep(0.3);
    const young = Date.now() - this.#bornAt < 30_000;
    // A button of the old conversation means nothing in the new one; its words do.
    for (const item of this.state.outbox) {
      if (item.payload && item.payload !== '/ask_human') Object.assign(item, { text: item.title, payload: undefined });
    }
    this.#forget();
    this.#view.cleared('gone');
    if (young) await this.#failed();
    if (this.#view.isOpen() || this.state.outbox.length) await this.start();
  }

  async #flush() {
    if (this.#flushing) return;
    this.#flushing = true;
    try {
      while (this.state.outbox.length) {
        if (!this.state.id) await this.#begin();
        await this.#deliver(this.state.outbox[0]);
      }
    } finally {
      this.#flushing = false;
      this.#busy();
    }
    if (this.state.id) this.#listen();
  }

  async #deliver(item) {
    const { id } = this.state;
    const { client_id, text, payload } = item;
    const body = payload ? { client_id, payload } : { client_id, text };
    const answer = await this.#call('POST', `/${id}/messages`, body).catch(() => null);
    if (!this.state.outbox.includes(item) || this.state.id !== id) return;
    const status = answer?.status;
    if (status === 202) {
      this.#drop(item);
      const { seq } = answer.data;
      if (!this.#ended.has(seq)) this.#turns.add(seq);
      this.#view.sent(item, seq);
      this.#reached();
    } else if (status === 401 || status === 404 || status === 410) {
      await this.#lost(id);
    } else if (status === 429) {
      this.#view.line(item, 'queued');
      await this.#slowDown(answer.retry);
      this.#view.line(item, 'sending');
    } else if (status === 422 && payload) {
      // The service knows the button no more (or not yet): its words say the same.
      Object.assign(item, { text: item.title, payload: undefined });
      this.save();
    } else if (status >= 400 && status < 500) {
      this.#drop(item);
      this.#view.line(item, 'refused', answer.data?.error ?? {});
    } else if (answer?.data?.help && !this.#helped.has(item)) {
      // Storing takes long, and somebody is in need: help is shown now, the line is handed in again soon.
      this.#helped.add(item);
      this.#view.help(item, answer.data.help);
      await this.#sleep(answer.retry);
    } else {
      await this.#failed();
    }
  }

  #drop(item) {
    this.state.outbox = this.state.outbox.filter((other) => other !== item);
    this.save();
  }

  // --- events -------------------------------------------------------------------------------------------------------

  #wanted() {
    const expecting = this.#turns.size > 0 || this.owner === 'waiting' || this.owner === 'counsellor';
    return expecting || (this.#view.isOpen() && !document.hidden);
  }

  async #listen() {
    if (this.#listening) return;
    this.#listening = true;
    try {
      do await this.#read();
      while (this.state.id && !this.state.over && this.#wanted());
    } finally {
      this.#listening = false;
    }
  }

  async #read() {
    const { id } = this.state;
    // Without waiting after an outage, so that the return of the connection shows at once.
    const wait = this.#offline ? 0 : 20;
    const answer = await this.#call('GET', `/${id}/events?after=${this.#after}&wait=${wait}`, null, wait + 10).catch(() => null);
    if (this.state.id !== id) return;
    if (answer?.status === 200) {
      this.#reached();
      this.#take(answer.data.events);
    } else if ([401, 404, 410].includes(answer?.status)) {
      await this.#lost(id);
    } else if (answer?.status === 429) {
      await this.#sleep(answer.retry);
    } else {
      await this.#failed();
    }
  }

  #take(events) {
    const first = !this.#after;
    const news = events.filter((event) => event.seq > this.#after).sort((a, b) => a.seq - b.seq);
    if (!news.length) return;
    for (const event of news) {
      this.#after = event.seq;
      if (event.type === 'owner') this.owner = event.owner;
      if (event.type === 'expired') this.state.over = true;
      if (event.type === 'typing' || event.sender !== 'pupil') this.#typing(event.type === 'typing');
      if (event.type === 'message' && event.sender === 'pupil' && !this.#ended.has(event.seq)) this.#turns.add(event.seq);
      if (event.type === 'turn_end') {
        this.#ended.add(event.reply_to);
        this.#turns.delete(event.reply_to);
      }
    }
    // A conversation handed over by another tab has been read there.
    const seen = this.state.seen ?? (first ? this.#after : 0);
    this.#view.show(news, seen);
    this.save();
    this.#busy();
  }
}
