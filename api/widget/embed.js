// Copies the snippet; the text can be selected by hand as well.
const [button, snippet, said] = ['copy', 'snippet', 'copied'].map((id) => document.getElementById(id));
button.hidden = !navigator.clipboard;
button.addEventListener('click', async () => {
  await navigator.clipboard.writeText(snippet.textContent);
  said.textContent = 'Skopiowano.';
});
