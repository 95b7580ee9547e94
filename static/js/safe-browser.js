// Inside Safe Exam Browser: hands the server the proof that its script interface holds for this page, then opens the
// page again. On macOS and iOS no header carries it. In any other browser this does nothing.
const { url, back, token } = document.getElementById("safe-browser").dataset;
const place = "safe-browser:tried";

// Once every ten seconds: a proof that is taken and forgotten, as where cookies are refused, must not reload for ever.
function tried() {
  try {
    const before = Number(sessionStorage.getItem(place));
    sessionStorage.setItem(place, String(Date.now()));
    return Date.now() - before < 10000;
  } catch {
    return false;
  }
}

async function tell() {
  const proof = globalThis.SafeExamBrowser?.security?.configKey;
  if (!proof || tried()) return;
  const response = await fetch(url, {
    method: "POST",
    headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify({ page: location.pathname + location.search, proof }),
  });
  if (response.ok) location.replace(back);
}

// Version 3.0 sets the proof when asked, and calls back a function by its global name; later ones have it from the start.
globalThis.safeBrowserReady = function safeBrowserReady() {
  tell();
};
const security = globalThis.SafeExamBrowser?.security;
if (security && !security.configKey && security.updateKeys) security.updateKeys(globalThis.safeBrowserReady);
else tell();
