// Shows a page of work under way again every three seconds, or when its data-again says, in seconds; without this
// script its own button does.
const timed = document.querySelector("[data-again]");
setTimeout(() => location.reload(), 1000 * (timed ? Number(timed.dataset.again) : 3));
