// The lists of questions beside an exam and before handing it in: what is answered, what is marked, what waits here.

export const fillIn = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
export const counted = (words, name, count) => (count === 1 ? words[`${name}One`] : fillIn(words[`${name}Many`], { count }));

const BLANK = "null";

// `given` holds the answer of each question as text; `waits` the questions whose answer is not acknowledged yet.
export function showOverview({ forms, given, waits, words }) {
  const states = new Map();
  for (const [slot, form] of forms) {
    const state = { answered: given.get(slot) !== BLANK, flagged: form.elements.flag?.checked ?? false, waiting: waits.has(slot) };
    states.set(slot, state);
    for (const entry of document.querySelectorAll(`.navigator a[href="#question-${slot}"]`)) mark(entry, state, words);
  }
  const those = (wanted) => [...states].filter(([, state]) => wanted(state)).map(([slot]) => slot);
  const open = those((state) => !state.answered);
  const flagged = those((state) => state.flagged);
  count({ answered: forms.size - open.length, open: open.length, flagged: flagged.length, waiting: waits.size });
  if (words.inOrder === undefined) { // else it counts the questions shown, of which this page knows one
    const deck = document.querySelector(".exam-bar progress");
    deck.value = forms.size - open.length;
    deck.textContent = fillIn(words.progress, { count: forms.size - open.length });
  }
  document.getElementById("complete").hidden = open.length > 0;
  document.querySelector("#unanswered strong").textContent = counted(words, "blank", open.length);
  const [handIn, back] = document.getElementById("hand-in").querySelectorAll(".button");
  handIn.classList.toggle("second", open.length > 0); // the next thing to do is the full button
  back.classList.toggle("second", open.length === 0);
  back.hash = `#question-${open[0] ?? forms.keys().next().value}`;
  list("unanswered", open, words);
  list("flagged", flagged, words);
}

function mark(entry, { answered, flagged, waiting }, words) {
  entry.classList.toggle("answered", answered);
  entry.classList.toggle("open", !answered);
  entry.classList.toggle("flag", flagged);
  entry.classList.toggle("waits", waiting);
  const states = [answered ? words.answered : words.unanswered, flagged && words.marked, waiting && words.waits];
  entry.querySelector(".sr").textContent = ` (${states.filter(Boolean).join(", ")})`;
}

function count(counts) {
  for (const [name, number] of Object.entries(counts)) {
    for (const place of document.querySelectorAll(`[data-count="${name}"]`)) {
      place.textContent = String(number);
      if (name === "flagged" || name === "waiting") place.closest("li").hidden = number === 0;
    }
  }
}

function list(id, slots, words) {
  const section = document.getElementById(id);
  section.hidden = slots.length === 0;
  section.querySelector("ul").replaceChildren(
    ...slots.map((slot) => {
      const item = document.createElement("li");
      const anchor = item.appendChild(document.createElement("a"));
      anchor.href = `#question-${slot}`;
      anchor.textContent = fillIn(words.question, { number: slot });
      return item;
    }),
  );
}
