// Parts of a page that go on while they are looked at.  Without this their link shows them anew.
//
// <div data-live="/state/" data-live-seconds="2">…</div> is replaced by what the address answers, until that
// has no data-live of its own.  Where that has data-live-done instead, the page of this address is shown.
const FAILURES = 5; // in a row, before nothing more is asked

async function follow(part, failures = 0) {
  const seconds = Number(part.dataset.liveSeconds) || 2;
  await new Promise((done) => { setTimeout(done, seconds * 1000 * (failures + 1)); });
  if (document.hidden) {
    follow(part, failures); // nobody looks: ask nothing
    return;
  }
  const focused = part.contains(document.activeElement);
  try {
    const answer = await fetch(part.dataset.live, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) {
      throw new Error(answer.statusText);
    }
    const template = document.createElement("template");
    template.innerHTML = await answer.text();
    const fresh = template.content.firstElementChild;
    if (focused && fresh.dataset.live) {
      follow(part); // do not take a link away from under the keyboard
      return;
    }
    part.replaceWith(fresh);
    if (fresh.dataset.liveDone) {
      location.replace(fresh.dataset.liveDone);
    } else if (fresh.dataset.live) {
      follow(fresh);
    }
  } catch {
    if (failures < FAILURES) {
      follow(part, failures + 1);
    }
  }
}

document.querySelectorAll("[data-live]").forEach((part) => follow(part));
