"""The small scripts of an exam, run by Node before a page of paper: what they send, when, and what they never do."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from app.config import ROOT
from tools.node import node_program

NODE = node_program(ROOT / ".venv")
pytestmark = pytest.mark.skipif(NODE is None, reason="Node is not installed: requirements-dev.txt brings it")

# A browser as far as the scripts know one, with a clock of its own: `later(ms)` lets time pass.
BROWSER = """
import { readFileSync } from "node:fs";
let now = 1_000_000, timers = [], offline = false;
const sent = [], heard = {}, stored = new Map(), went = [];
Date.now = () => now;
Math.random = () => 0;
globalThis.setTimeout = (act, ms) => { timers.push({ act, at: now + ms }); return timers.length; };
globalThis.clearTimeout = (id) => { if (id) timers[id - 1].act = null; };
async function later(ms) {
  const until = now + ms;
  for (;;) {
    const next = timers.filter((one) => one.act && one.at <= until).sort((a, b) => a.at - b.at)[0];
    if (!next) break;
    now = Math.max(now, next.at);
    const act = next.act;
    next.act = null;
    await act();
  }
  now = until;
}
const listen = (name, act) => (heard[name] ??= []).push(act);
const happens = (name, event = {}) => { for (const act of heard[name] ?? []) act(event); };
const dataset = { url: "/attempts/1/signals", back: "/exams/1?x=1", token: "secret" };
globalThis.document = {
  visibilityState: "visible",
  addEventListener: listen,
  getElementById: () => ({ dataset }),
  querySelector: () => ({ value: "secret" }),
};
globalThis.window = { addEventListener: listen };
globalThis.location = { pathname: "/exams/1", search: "?x=1", replace: (to) => went.push(to) };
globalThis.sessionStorage = {
  getItem: (name) => stored.get(name) ?? null,
  setItem: (name, value) => stored.set(name, value),
};
globalThis.fetch = async (url, { body, ...options }) => {
  if (offline) throw new TypeError("Failed to fetch");
  const token = options.headers["X-CSRFToken"];
  sent.push({ url, at: now - 1_000_000, keepalive: options.keepalive ?? false, token, ...JSON.parse(body) });
  return { ok: true };
};
const hide = () => { document.visibilityState = "hidden"; happens("visibilitychange"); };
const show = () => { document.visibilityState = "visible"; happens("visibilitychange"); };
const paste = (text, slot) => happens("paste", {
  clipboardData: { getData: () => text },
  target: { closest: () => (slot ? { dataset: { slot } } : null) },
});
let turn = 0;
function load(name) {  // as a module, and anew each time: Node would take a file without exports for an older kind
  const source = `${readFileSync(new URL(`${process.argv[1]}/static/js/${name}`), "utf-8")}\n// ${(turn += 1)}`;
  return import(`data:text/javascript;base64,${Buffer.from(source).toString("base64")}`);
}
"""


def run(script: str) -> dict[str, Any]:
    """What a script sent and where it went, after what happens in `script`."""
    assert NODE is not None
    whole = f"{BROWSER}\n{script}\nprocess.stdout.write(JSON.stringify({{ sent, went, stored: [...stored] }}));"
    command = [NODE, "--input-type=module", "--eval", whole, ROOT.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def messages(script: str) -> list[tuple[int, list[Any], list[Any]]]:
    """(seconds since the first one, hidden, pasted) of each message of signals.js; it comes 5 to 35 s after opening."""
    sent = run(f'await load("signals.js"); await later(5000);\n{script}')["sent"]
    assert all(one["url"] == "/attempts/1/signals" and one["keepalive"] and one["token"] == "secret" for one in sent)
    return [(one["at"] // 1000 - 5, one["hidden"], one["pasted"]) for one in sent]


def test_an_opened_page_says_so_once() -> None:
    assert messages("await later(120000);") == [(0, [], [])]


def test_hidden_and_pasted_wait_for_twenty_seconds() -> None:
    script = """
      await later(1000); hide(); await later(4000); show();
      paste("douze mots", "3"); await later(1000); paste("x");
      await later(60000);
    """
    hidden, pasted = (
        {"seconds": 4, "ago": 15},
        [{"slot": 3, "characters": 10, "ago": 15}, {"slot": None, "characters": 1, "ago": 14}],
    )
    assert messages(script) == [(0, [], []), (20, [hidden], pasted)]


def test_never_more_than_one_message_in_twenty_seconds() -> None:
    script = "for (let one = 0; one < 60; one += 1) { await later(1000); paste('x', '1'); }  await later(30000);"
    moments = [moment for moment, _hidden, _pasted in messages(script)]
    assert moments == [0, 20, 40, 60, 80]


def test_what_was_pasted_is_never_sent() -> None:
    found = run('await load("signals.js"); await later(1000); paste("mon secret", "1"); await later(30000);')
    assert "secret" not in json.dumps([{**one, "token": ""} for one in found["sent"]])
    assert "mon secret" not in json.dumps(found["stored"])


def test_a_paste_without_text_is_none() -> None:
    assert messages("await later(1000); paste('', '1'); await later(30000);") == [(0, [], [])]


def test_less_than_half_a_second_is_no_hidden_page() -> None:
    assert messages("await later(1000); hide(); await later(400); show(); await later(30000);") == [(0, [], [])]


@pytest.mark.parametrize(
    "leaving",
    [
        "happens('pagehide'); hide();",  # in the order of some browsers
        "hide(); happens('pagehide');",  # and of others
    ],
)
def test_going_to_the_next_question_hides_nothing(leaving: str) -> None:
    script = f"await later(1000); {leaving} await later(9000); happens('pageshow'); show(); await later(30000);"
    assert messages(script) == [(0, [], [])]
    later_shown = f"await later(1000); {leaving} await later(9000); show(); happens('pageshow'); await later(30000);"
    assert messages(later_shown) == [(0, [], [])]


def test_what_waits_goes_on_to_the_next_page() -> None:
    script = """
      await later(1000); paste("x", "1"); happens("pagehide");
      timers = [];  // the page is gone
      await later(2000);
      await load("signals.js"); await later(30000);
    """
    assert messages(script) == [(0, [], []), (20, [], [{"slot": 1, "characters": 1, "ago": 19}])]


def test_a_dead_network_loses_nothing_and_says_nothing() -> None:
    script = """
      await later(1000); offline = true; paste("x", "1"); await later(25000);
      offline = false; paste("yy", "2"); await later(30000);
    """
    pasted = [{"slot": 1, "characters": 1, "ago": 39}, {"slot": 2, "characters": 2, "ago": 14}]
    assert messages(script) == [(0, [], []), (40, [], pasted)]


def test_handing_in_sends_what_waits() -> None:
    script = "await later(1000); paste('x', '1'); happens('submit', { target: { id: 'hand-in' } }); await later(0);"
    assert messages(script) == [(0, [], []), (1, [], [{"slot": 1, "characters": 1, "ago": 0}])]


def test_without_storage_it_works_for_the_page() -> None:
    sent = run("""
      const denied = () => { throw new Error("denied"); };
      globalThis.sessionStorage = { getItem: denied, setItem: denied };
      await load("signals.js"); await later(6000); paste("x", "1"); await later(30000);
    """)["sent"]
    assert [len(one["pasted"]) for one in sent] == [0, 1]


PROOF = "globalThis.SafeExamBrowser = { version: 'SEB_macOS_3.3', security: { configKey: 'abc' } };"


def test_safe_exam_browser_proves_itself_and_the_page_opens() -> None:
    found = run(f'{PROOF} await load("safe-browser.js"); await later(100);')
    assert [(one["page"], one["proof"], one["token"]) for one in found["sent"]] == [("/exams/1?x=1", "abc", "secret")]
    assert found["went"] == ["/exams/1?x=1"]


def test_version_3_0_is_asked_first_and_calls_back_by_name() -> None:
    script = """
      globalThis.SafeExamBrowser = { security: { updateKeys(ready) {
        this.configKey = "abc";
        globalThis[ready.name]();
      } } };
      await load("safe-browser.js"); await later(100);
    """
    assert [one["proof"] for one in run(script)["sent"]] == ["abc"]


@pytest.mark.parametrize(
    "browser",
    ["", "globalThis.SafeExamBrowser = {};", "globalThis.SafeExamBrowser = { security: { configKey: '' } };"],
)
def test_any_other_browser_sends_nothing(browser: str) -> None:
    found = run(f'{browser} await load("safe-browser.js"); await later(100);')
    assert (found["sent"], found["went"]) == ([], [])


def test_a_proof_that_is_forgotten_does_not_reload_for_ever() -> None:
    script = f'{PROOF} for (let page = 0; page < 3; page += 1) {{ await load("safe-browser.js"); await later(100); }}'
    assert len(run(script)["sent"]) == 1
