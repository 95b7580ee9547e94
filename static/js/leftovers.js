// On the page of a result: answers that never left this device are sent after all. They came too late to count; they
// are kept in the file of the attempt, which is what an appeal reads.
const place = document.getElementById("leftovers");
const words = place.dataset;
const [{ openStore, tell }, { makeQueue, newKey }] = await Promise.all([import(words.unsent), import(words.sending)]);
const nothing = () => {};

const queue = makeQueue({
  attempt: words.attempt,
  tab: newKey(),
  store: await openStore(),
  token: () => words.token,
  hear: {
    changed: nothing,
    reached: nothing,
    saved: nothing,
    conflict: nothing,
    refused: nothing,
    left: nothing,
    onBreak: nothing,
    waiting: nothing,
    late: () => { place.hidden = false; },
    mayGoOn: async () => false,
  },
});
await queue.restore();
await queue.drain();
tell(words.attempt, queue.all().length);
