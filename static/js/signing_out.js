// Signing out wipes what this browser keeps of the site: say so first where answers of an exam are still unsent.
const waiting = () => {
  try {
    const counts = Object.keys(localStorage).filter((name) => name.startsWith("waiting:"));
    return counts.reduce((total, name) => total + Number(localStorage.getItem(name)), 0);
  } catch {
    return 0;
  }
};

const words = document.querySelector("form[data-unsent]")?.dataset.unsent;

document.addEventListener("submit", (event) => {
  const leaves = /\/sign-out(-everywhere)?$/.test(event.target.action);
  if (leaves && waiting() > 0 && !confirm(words)) event.preventDefault();
});
