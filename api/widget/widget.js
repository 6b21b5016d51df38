// The one script that a school puts on its page. It draws the button; the rest is fetched when the button is pressed.
(() => {
  const script = document.currentScript || document.querySelector('script[src*="widget.js"]');
  const base = new URL('.', script.src).href;
  const key = `drogowskaz ${base}`;
  const data = script.dataset;
  const pageLanguage = document.documentElement.lang;
  const language = (data.language || pageLanguage || 'pl').toLowerCase().startsWith('en') ? 'en' : 'pl';
  const title = data.title || 'Drogowskaz';
  const colour = /^#[0-9a-f]{6}$/i.test(data.colour || '') ? data.colour : '#0b5c66';
  const texts = {
    pl: { open: 'otwórz czat', fresh: 'nowa wiadomość', failed: 'Czat się nie wczytał. Sprawdź połączenie i spróbuj jeszcze raz.' },
    en: { open: 'open the chat', fresh: 'new message', failed: 'The chat did not load. Check your connection and try again.' },
  };

  const luminance = (hex) =>
    [0.2126, 0.7152, 0.0722].reduce((sum, weight, place) => {
      const part = parseInt(hex.slice(1 + 2 * place, 3 + 2 * place), 16) / 255;
      return sum + weight * (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    }, 0);

  const svg = (...paths) => {
    const space = 'http://www.w3.org/2000/svg';
    const picture = document.createElementNS(space, 'svg');
    picture.setAttribute('viewBox', '0 0 24 24');
    picture.setAttribute('aria-hidden', 'true');
    for (const path of paths) picture.appendChild(document.createElementNS(space, 'path')).setAttribute('d', path);
    return picture;
  };
  const signpost = () => svg('M3 3.5h14l3.5 3-3.5 3H3z', 'M21 12.5H8l-3.5 3 3.5 3h13z', 'M11 1.5h2v2h-2zm0 8h2v3h-2zm0 9h2v4h-2z');

  const start = () => {
    if (document.getElementById('drogowskaz-widget')) return;
    const host = document.createElement('aside');
    host.id = 'drogowskaz-widget';
    const root = host.attachShadow({ mode: 'open' });

    // A stylesheet made here is no inline style, so a strict Content-Security-Policy lets it pass.
    const adopt = (css, file) => {
      try {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(css);
        root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
        return sheet;
      } catch {
        if (file) root.appendChild(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: base + file }));
      }
    };
    // On every colour one of the two has a contrast of 4.5 : 1 or more.
    const on = luminance(colour) < 0.183 ? '#ffffff' : '#000000';
    adopt('{{text:launcher.css}}', 'widget/{{name:launcher.css}}');
    adopt(`:host{--c:${colour};--on:${on}}`);

    const button = document.createElement('button');
    button.type = 'button';
    button.className = `launcher ${data.position === 'left' ? 'left' : 'right'}`;
    button.setAttribute('aria-haspopup', 'dialog');
    const label = document.createElement('span');
    label.textContent = title;
    button.append(signpost(), label);
    const status = document.createElement('p');
    status.setAttribute('role', 'status');
    status.className = button.className.replace('launcher', 'status');

    const shell = { root, host, button, base, key, language, title, colour, adopt, signpost, left: data.position === 'left' };
    // Speaks the interface's language, and marks the button while something unread waits.
    shell.mark = (fresh, tongue = shell.language) => {
      shell.language = tongue;
      const words = texts[tongue];
      host.lang = tongue;
      host.setAttribute('aria-label', title);
      button.setAttribute('aria-label', `${title} – ${words.open}${fresh ? ` (${words.fresh})` : ''}`);
      button.classList.toggle('fresh', fresh);
      status.textContent = fresh ? `${title}: ${words.fresh}` : '';
    };

    let panel;
    let tries = 0;
    const load = () =>
      (panel ||= import(`${base}widget/{{name:panel.js}}${tries++ ? `?${tries}` : ''}`)
        .then((module) => module.start(shell))
        .catch((error) => {
          panel = null;
          throw error;
        }));
    button.addEventListener('click', async () => {
      try {
        status.textContent = '';
        (await load()).open();
      } catch {
        status.textContent = texts[shell.language].failed;
      }
    });

    shell.mark(false);
    root.append(button, status);
    document.body.append(host);
    try {
      if (sessionStorage.getItem(key)) load().catch(() => {});
    } catch {
      // Storage is closed to this page: every visit is a new conversation.
    }
  };
  if (document.body) start();
  else addEventListener('DOMContentLoaded', start);
})();
