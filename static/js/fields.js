// What the fields of a question say as a payload, and the fields of a question filled from one.

// Where the answer to each part of a question goes, its field being named q3-token.
const PARTS = { matching: "pairs", matrix: "rows", ordering: "places", cloze: "gaps" };
const WRITTEN = ["numeric", "text"];

const nameOf = (form) => `q${form.dataset.slot}`;

function parts(form, kind) {
  const prefix = `${nameOf(form)}-`;
  const given = {};
  for (const [name, value] of new FormData(form)) {
    if (!name.startsWith(prefix) || value.trim() === "") continue;
    given[name.slice(prefix.length)] = kind === "ordering" ? Number(value) : value;
  }
  if (Object.keys(given).length === 0) return null;
  return { [PARTS[kind]]: given, ...(kind === "cloze" ? { lang: document.documentElement.lang } : {}) };
}

export function payload(form) {
  const { kind } = form.dataset;
  if (kind in PARTS) return parts(form, kind);
  const values = new FormData(form).getAll(nameOf(form)).filter((value) => value.trim() !== "");
  if (values.length === 0) return null;
  if (kind === "essay") return { text: values[0].replaceAll("\r\n", "\n") };
  if (kind === "multiple") return { choices: values };
  if (WRITTEN.includes(kind)) return { text: values[0], lang: document.documentElement.lang };
  return { choice: values[0] };
}

// Is this field part of the answer, and not the box that marks the question?
export const answers = (form, field) => field.name === nameOf(form) || field.name.startsWith(`${nameOf(form)}-`);

export function fill(form, given) {
  const chosen = given?.choices ?? (given?.choice ? [given.choice] : []);
  const inParts = given?.[PARTS[form.dataset.kind]] ?? {};
  for (const field of form.elements) {
    if (!answers(form, field)) continue;
    const part = field.name === nameOf(form) ? null : field.name.slice(nameOf(form).length + 1);
    const value = part === null ? (given?.text ?? "") : String(inParts[part] ?? "");
    if (field.type === "checkbox" || field.type === "radio") {
      field.checked = part === null ? chosen.includes(field.value) : field.value === value;
    } else if (field.value !== value) {
      field.value = value;
    }
  }
}

// The form of a file that was chosen and not sent yet, if there is one.
export const fileInHand = (forms) => [...forms.values()].find((one) => one.dataset.kind === "file" && one.elements.file?.value);

// Sends it as one of its buttons would: to "stay", or for the "next" question.
export function sendFile(form, then) {
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "then", value: then }));
  form.submit();
}
