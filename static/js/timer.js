// The time left of an exam: shown, or hidden when asked; said at five minutes, at one and at the end, each once.
const MOMENTS = [[300, "five"], [60, "one"], [0, "over"]];
const LATE_S = 30; // a warning is not given when its moment is long past
const ROUNDING_MS = 2000; // the server counts whole seconds

// `words` has five, one and over; `ended` is called once, when the time is over.
export function makeTimer({ seconds, value, announcer, words, ended }) {
  let endsAt = seconds === null ? null : Date.now() + seconds * 1000;
  let announced = Infinity;
  let timer = 0;

  function tick() {
    const left = Math.max(0, Math.floor((endsAt - Date.now()) / 1000));
    if (value) value.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    for (const [moment, name] of MOMENTS) {
      if (left > moment || announced <= moment) continue;
      announced = moment;
      if (left > moment - LATE_S) announcer.textContent = words[name];
    }
    if (left > 0) timer = setTimeout(tick, (endsAt - Date.now()) % 1000 || 1000);
    else ended();
  }

  if (endsAt !== null) tick();
  return {
    // The server's word on the seconds that are left: after a break, after a clock set anew.
    correct(left) {
      if (left === null || left === undefined || endsAt === null) return;
      const ends = Date.now() + left * 1000;
      if (Math.abs(ends - endsAt) < ROUNDING_MS) return;
      endsAt = ends;
      const over = announced === 0 && left > 0;
      if (left > MOMENTS[0][0] + LATE_S) announced = Infinity;
      if (!over) return;
      announced = Math.min(announced || Infinity, MOMENTS[1][0] + 1);
      clearTimeout(timer);
      tick();
    },
  };
}
