// Opens the one document of an exam in place of the page of one question, which stays for browsers without scripts.
// ?plain keeps to one question a page, for as long as the window is open.
const plain = (() => {
  try {
    if (new URLSearchParams(location.search).has("plain")) sessionStorage.setItem("plain", "y");
    return sessionStorage.getItem("plain") !== null;
  } catch {
    return false;
  }
})();
const page = document.querySelector("[data-open]");
if (page && !plain) location.replace(page.dataset.open);
