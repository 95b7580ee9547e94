// Selects a value to copy when it is reached, and gives it a button that copies it. Without this, one copies by hand.
const script = document.getElementById("copying");
const { copyWord, copiedWord } = script.dataset;
const said = document.createElement("p");
said.className = "sr";
said.setAttribute("role", "status");
document.querySelector("main").append(said);

for (const field of document.querySelectorAll("input[data-copy]")) {
  field.addEventListener("focus", () => field.select());
  if (navigator.clipboard) field.after(button(field));
}

function button(field) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button second";
  made.textContent = copyWord;
  made.id = `${field.id}-copy`;
  made.setAttribute("aria-labelledby", `${made.id} ${field.id}-label`);
  made.addEventListener("click", async () => {
    await navigator.clipboard.writeText(field.value);
    made.textContent = said.textContent = copiedWord;
    setTimeout(() => {
      made.textContent = copyWord;
      said.textContent = "";
    }, 3000);
  });
  return made;
}
