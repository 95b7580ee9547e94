// The session has ended in mid-exam: a dialog asks the same person to sign in again, in a window of its own, by the
// site's own page, whatever it asks for (a password, a second factor). This page waits, then goes on by itself.
const SOON_MS = 2000;
const LATER_MS = 20000;

// `standing` asks the server how things are: { status, … }; `back` is called with its answer once the person is back.
export function makeSigningIn({ dialog, button, standing, back }) {
  const another = dialog.querySelector("[data-another]");
  let out = false;
  let timer = 0;
  let sheet = null;

  async function look() {
    clearTimeout(timer);
    if (!out) return;
    const now = await standing().catch(() => ({ status: 0 }));
    if (!out) return;
    if (now.status === 200) return leave(now);
    another.hidden = now.status !== 404;
    clearTimeout(timer);
    timer = setTimeout(look, dialog.open ? SOON_MS : LATER_MS);
  }

  function leave(now) {
    out = false;
    sheet?.close();
    button.hidden = true;
    if (dialog.open) dialog.close();
    back(now);
  }

  function open() {
    button.hidden = true;
    if (!dialog.open) dialog.showModal();
    look();
  }

  dialog.addEventListener("close", () => {
    button.hidden = !out;
    if (out) button.focus();
  });
  dialog.querySelector("[data-later]").addEventListener("click", () => dialog.close());
  dialog.querySelector("a").addEventListener("click", (event) => {
    sheet = window.open(event.currentTarget.href, "signing-in");
    if (sheet) event.preventDefault();
  });
  button.addEventListener("click", open);
  for (const moment of ["focus", "online"]) window.addEventListener(moment, look);
  document.addEventListener("visibilitychange", look);

  return {
    get out() {
      return out;
    },
    // Nobody is signed in any more (401), or somebody else is (404).
    ask(status) {
      const first = !out;
      out = true;
      another.hidden = status !== 404;
      if (first) open();
      else look();
    },
    open,
  };
}
