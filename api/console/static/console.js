// The live parts of the console. Without this script every page works by its forms and a reload.

const $ = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const remembered = (name, fallback) => localStorage.getItem(`console.${name}`) ?? fallback;
const remember = (name, value) => localStorage.setItem(`console.${name}`, value);

// --- telling: a status line for screen readers, a sound, a desktop notification -------------------------------------

const said = $('#said');
const alerts = $('.alerts');
const title = document.title;
let sounds;

function tell(words, tag) {
  if (said) said.textContent = words;
  if (document.hidden) document.title = `● ${title}`;
  if (remembered('sound', 'off') === 'on') beep();
  if (remembered('desktop', 'off') === 'on' && document.hidden && window.Notification?.permission === 'granted') {
    new Notification(words, { tag, lang: document.documentElement.lang });
  }
}

function beep() {
  sounds ??= new AudioContext();
  const tone = sounds.createOscillator();
  const volume = sounds.createGain();
  volume.gain.setValueAtTime(0.15, sounds.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, sounds.currentTime + 0.4);
  tone.frequency.value = 660;
  tone.connect(volume).connect(sounds.destination);
  tone.start();
  tone.stop(sounds.currentTime + 0.4);
}

function setUpAlerts() {
  if (!alerts) return;
  alerts.hidden = false;
  const show = () => {
    for (const name of ['sound', 'desktop']) {
      $(`#alert-${name}`).setAttribute('aria-pressed', String(remembered(name, 'off') === 'on'));
    }
  };
  $('#alert-sound').addEventListener('click', () => {
    const on = remembered('sound', 'off') !== 'on';
    remember('sound', on ? 'on' : 'off');
    if (on) beep();
    show();
  });
  $('#alert-desktop').hidden = !('Notification' in window);
  $('#alert-desktop').addEventListener('click', async () => {
    const on = remembered('desktop', 'off') !== 'on' && (await Notification.requestPermission()) === 'granted';
    const denied = Notification.permission === 'denied';
    remember('desktop', on ? 'on' : 'off');
    if (said && (on || denied)) said.textContent = on ? alerts.dataset.granted : alerts.dataset.denied;
    show();
  });
  show();
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) document.title = title;
  });
}

// --- a stream of numbered events that goes on after any gap ---------------------------------------------------------

function listen(address, last, handlers) {
  const connection = $('#connection');
  const show = (live) => {
    if (connection) connection.textContent = live ? connection.dataset.live : connection.dataset.lost;
  };
  const start = () => {
    const source = new EventSource(`${address}?after=${last}`);
    source.addEventListener('open', () => {
      show(true);
      handlers.open?.();
    });
    for (const [name, handle] of Object.entries(handlers)) {
      if (name === 'open') continue;
      source.addEventListener(name, (event) => {
        // An event without a number carries that of the one before.
        if (['line', 'news'].includes(name)) {
          if (Number(event.lastEventId) <= last) return;
          last = Number(event.lastEventId);
        }
        handle(JSON.parse(event.data), last, source);
      });
    }
    source.addEventListener('error', async () => {
      show(false);
      if (source.readyState !== EventSource.CLOSED || source.ended) return;
      // The browser has given up: the session is over, or the service is away for longer.
      const answer = await fetch('/console', { headers: { accept: 'application/json' } }).catch(() => null);
      if (answer?.status === 401) location.reload();
      else if (handlers.gone && (await fetch(`${address}/../state`).catch(() => null))?.status === 404) {
        handlers.gone(null, last, source);
      } else setTimeout(start, 3000);
    });
  };
  start();
}

async function part(address) {
  const answer = await fetch(address, { headers: { accept: 'text/html' } });
  return answer.ok && !answer.redirected ? answer.text() : null;
}

// --- the queue ------------------------------------------------------------------------------------------------------

function setUpQueue(queue) {
  let due = 0;
  const refresh = async () => {
    clearTimeout(due);
    const words = await part('/console/queue/list').catch(() => null);
    if (words === null) return;
    const focused = queue.contains(document.activeElement) ? mark(document.activeElement) : null;
    queue.innerHTML = words;
    if (focused) all('a, button', queue).find((one) => mark(one) === focused)?.focus();
  };
  const soon = () => {
    clearTimeout(due);
    due = setTimeout(refresh, 100);
  };
  const mark = (element) => `${element.closest('li')?.querySelector('a')?.href} ${element.tagName}`;
  const isMine = (id) => Boolean($(`section[aria-labelledby=mine] a[href$="${id}"]`, queue));
  listen('/console/queue/news', Number(queue.dataset.news), {
    open: soon,
    news: ({ kind, conversation }) => {
      soon();
      if (kind === 'waiting') tell(queue.dataset.sayWaiting, conversation);
      if (kind === 'safety') tell(queue.dataset.saySafety, conversation);
      if (kind === 'message' && isMine(conversation)) tell(queue.dataset.sayMessage, conversation);
    },
  });
  // Talks with the bot make no news of their own.
  setInterval(refresh, 20_000);
}

// --- a talk ---------------------------------------------------------------------------------------------------------

function setUpTalk(talk) {
  const { id, csrf } = talk.dataset;
  const lines = $('#lines');
  const reply = $('#reply');
  const guard = $('#guard');
  const address = `/console/talks/${id}`;
  // What the counsellor may have read; a line that came while the page was hidden has not been.
  let read = Number(talk.dataset.last);
  let latest = read;

  const atEnd = () => lines.scrollHeight - lines.scrollTop - lines.clientHeight < 80;
  const toEnd = () => (lines.scrollTop = lines.scrollHeight);
  const send = (path, fields) =>
    fetch(`${address}/${path}`, {
      method: 'POST',
      headers: { accept: 'application/json', 'x-csrf-token': csrf },
      body: new URLSearchParams(fields),
    });

  const markRead = () => {
    if (document.hidden || read === latest) return;
    const before = read;
    read = latest;
    // While the connection is lost they stay unread, for the next line or look.
    send('seen', { seq: read }).catch(() => (read = before));
  };
  document.addEventListener('visibilitychange', markRead);

  const refreshState = async () => {
    const words = await part(`${address}/state`).catch(() => null);
    if (words === null) return;
    $('#state').innerHTML = words;
    reply.hidden = $('.state').dataset.mine !== 'yes';
  };

  listen(`${address}/stream`, latest, {
    line: (event, seq) => {
      const follow = atEnd();
      latest = seq;
      if (event.html && !$(`[data-seq="${seq}"]`, lines)) lines.insertAdjacentHTML('beforeend', event.html);
      const about = event.understood && $(`#line-${event.about} .meaning`);
      if (about) about.innerHTML = event.understood;
      if (follow) toEnd();
      if (event.type === 'owner') refreshState();
      if (event.sender === 'pupil') tell(talk.dataset.sayLine, id);
      // With the reply half written, new lines count as seen only once the guard has shown them.
      if (!$('#text').value.trim()) markRead();
    },
    present: (names) => ($('#present').textContent = names.join(', ') || $('#present').dataset.alone),
    undelivered: (words) => {
      for (const place of document.querySelectorAll('#lines .undelivered')) {
        const now = words[place.closest('li').dataset.seq] ?? '';
        if (place.textContent === now) continue;
        place.textContent = now;
        if (now) said.textContent = now;
      }
    },
    gone: (_, __, source) => {
      source.ended = true;
      source.close();
      const notice = document.createElement('p');
      notice.className = 'notice bad';
      notice.textContent = talk.dataset.gone;
      talk.replaceChildren(notice);
      said.textContent = talk.dataset.gone;
    },
  });
  toEnd();

  const warn = (words, anyway) => {
    guard.replaceChildren($('#guard-words').content.cloneNode(true));
    $('span', guard).textContent = words;
    const button = $('button', guard);
    if (anyway) button.addEventListener('click', () => submit(true));
    else button.remove();
    if (anyway) button.focus();
  };

  let sending = false;
  const submit = async (anyway) => {
    const text = $('#text');
    if (sending || !text.value.trim()) return;
    sending = true;
    const fields = { client_id: reply.elements.client_id.value, seen: read, text: text.value };
    if (anyway) fields.anyway = 'true';
    const answer = await send('lines', fields).catch(() => null);
    sending = false;
    if (answer?.ok) {
      text.value = '';
      guard.replaceChildren();
      reply.elements.client_id.value = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
      markRead();
      text.focus();
    } else if (answer?.status === 409) {
      const { error } = await answer.json();
      warn(error.message, error.code === 'stale');
      if (error.code === 'stale') markRead();
      else refreshState();
    } else {
      warn(talk.dataset.lost, false);
    }
  };
  reply.addEventListener('submit', (event) => {
    event.preventDefault();
    submit(false);
  });
  $('#text').addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(false);
  });

  const canned = $('#canned');
  if (canned) {
    canned.closest('p').hidden = false;
    canned.addEventListener('change', () => {
      const text = $('#text');
      if (canned.value) text.value = text.value.trim() ? `${text.value.trim()}\n${canned.value}` : canned.value;
      canned.value = '';
      text.focus();
    });
  }
}

// --- keys -----------------------------------------------------------------------------------------------------------

function setUpKeys() {
  const on = $('#keys-on');
  if (!on) return;
  on.checked = remembered('keys', 'on') === 'on';
  on.addEventListener('change', () => remember('keys', on.checked ? 'on' : 'off'));
  const move = (step) => {
    const rows = all('.rows a.open');
    const now = rows.indexOf(document.activeElement);
    rows.at(now < 0 && step < 0 ? -1 : (now + step) % rows.length)?.focus();
  };
  const actions = {
    j: () => move(1),
    k: () => move(-1),
    t: () => {
      const row = document.activeElement?.closest('li.row');
      $('form[action$="/take"]', row ?? document)?.requestSubmit();
    },
    r: () => $('#text')?.focus(),
    q: () => location.assign('/console/queue'),
  };
  document.addEventListener('keydown', (event) => {
    const typing = event.target.closest?.('input:not([type=checkbox]), textarea, select');
    if (!on.checked || typing || event.ctrlKey || event.altKey || event.metaKey) return;
    const action = actions[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

setUpAlerts();
setUpKeys();
if ($('#queue')) setUpQueue($('#queue'));
if ($('#talk')) setUpTalk($('#talk'));
