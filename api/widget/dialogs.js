// Questions over the conversation: delete it? end it? and the mark from 1 to 5.
import { h } from './lines.js';
import { texts } from './texts.js';

export class Dialogs {
  #panel;
  #talk;

  constructor(panel, talk) {
    this.#panel = panel;
    this.#talk = talk;
    this.element = h('dialog', { class: 'question', 'aria-labelledby': 'question' });
  }

  get #t() {
    return texts[this.#panel.dialog.lang];
  }

  #ask(question, text, inside, yes, no, agreed) {
    const problem = h('p', { role: 'alert', class: 'problem' });
    const stay = h('button', { type: 'button', class: 'choice', click: () => this.element.close() }, no);
    const go = h('button', { type: 'button', class: 'send', click: async () => {
      go.disabled = true;
      problem.textContent = (await agreed()) ?? '';
      go.disabled = false;
      if (!problem.textContent) this.element.close();
    } }, yes);
    this.element.lang = this.#panel.dialog.lang;
    this.element.replaceChildren(h('h2', { id: 'question' }, question), h('p', {}, text), inside ?? '', problem, h('div', { class: 'choices' }, stay, go));
    this.element.showModal();
    stay.focus();
  }

  erase() {
    const t = this.#t;
    this.#ask(t.eraseQuestion, t.eraseText, null, t.eraseYes, t.eraseNo, async () => {
      if (!(await this.#talk.erase())) return t.eraseFailed;
      this.element.close();
      this.#panel.finish(t.noticeErased);
      return null;
    });
  }

  /** Asks whether the talk shall end, with a mark if the pupil likes to give one and `rating` may be asked for. */
  end(rating, ended) {
    const t = this.#t;
    const marks = rating ? this.#marks() : null;
    this.#ask(t.endQuestion, t.endText, marks?.element, t.endFull, t.endNo, async () => {
      const { score, comment } = marks?.read() ?? {};
      if (score && !(await this.#talk.rate(score, comment))) return t.rateFailed;
      this.element.close();
      ended();
      return null;
    });
  }

  #marks() {
    const t = this.#t;
    const one = (words, place) => {
      const [number, meaning] = words.split(' – ');
      return h('label', {}, h('input', { type: 'radio', name: 'score', value: place + 1 }), number, h('span', { class: 'sr' }, ` – ${meaning}`));
    };
    const ends = [t.scores[0], t.scores[4]].map((words) => h('span', {}, words));
    const fieldset = h('fieldset', {}, h('legend', {}, t.rate), h('div', { class: 'marks' }, t.scores.map(one)), h('p', { class: 'ends', 'aria-hidden': 'true' }, ends));
    const comment = h('textarea', { rows: 2, maxlength: 1000 });
    const element = h('div', { class: 'rating' }, fieldset, h('label', {}, t.rateComment, comment));
    return { element, read: () => ({ score: Number(element.querySelector(':checked')?.value ?? 0), comment: comment.value.trim() }) };
  }

  /** Offers the marks under the conversation, once. */
  offer() {
    const t = this.#t;
    const { extra } = this.#panel;
    if (extra.childElementCount) return;
    const marks = this.#marks();
    const problem = h('p', { role: 'alert', class: 'problem' });
    const away = (words) => {
      this.#panel.input.focus();
      extra.replaceChildren(words ? h('p', { class: 'notice' }, words) : '');
      if (words) this.#panel.announce(words);
    };
    const send = async (event) => {
      event.preventDefault();
      const { score, comment } = marks.read();
      problem.textContent = '';
      if (!score) problem.textContent = t.rateNone;
      else if (await this.#talk.rate(score, comment)) away(t.rateThanks);
      else problem.textContent = t.rateFailed;
    };
    const skip = h('button', { type: 'button', class: 'choice', click: () => away('') }, t.rateSkip);
    const give = h('button', { type: 'submit', class: 'send' }, t.rateSend);
    extra.replaceChildren(h('form', { lang: this.#panel.dialog.lang, submit: send }, marks.element, problem, h('div', { class: 'choices' }, skip, give)));
    this.#panel.announce(t.rate);
  }
}
