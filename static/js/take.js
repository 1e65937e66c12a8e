// Copies, shares and prints.  Without this the address bar, the mail link and the browser's menu do the same.
const status = document.querySelector("[data-announce]");

async function copy(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // Without https there is no clipboard; what is selected can be copied all the same.
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  if (!isCopied) {
    throw new Error("not copied");
  }
}

async function answer(button) {
  button.dataset.label ??= button.textContent;
  const words = button.closest("[data-copied]").dataset;
  const source = button.dataset.copy && document.querySelector(button.dataset.copy);
  try {
    await copy(source ? source.textContent : button.dataset.address);
    button.textContent = words.copied;
  } catch {
    button.textContent = words.notCopied;
  }
  status.textContent = button.textContent;
  setTimeout(() => { button.textContent = button.dataset.label; }, 2000);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.matches("[data-copy]")) {
    answer(button);
  } else if (button?.matches("[data-share]")) {
    // The reader may think better of it: that is no error.
    navigator.share({ title: button.dataset.title, url: button.dataset.address }).catch(() => {});
  } else if (button?.matches("[data-print]")) {
    window.print();
  }
});

// Light swaps this part of the page for a fresh one.
function offerToShare() {
  for (const button of document.querySelectorAll("[data-share]")) {
    button.hidden = !navigator.share;
  }
}
offerToShare();
document.addEventListener("newsroom:shown", offerToShare);
