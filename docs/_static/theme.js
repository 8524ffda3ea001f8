// Players ask the page around them for its theme as Jupyter tells it: see darkAround in widget/src/player.js.
const root = document.documentElement;
const tell = () => { document.body.dataset.jpThemeLight = String(root.dataset.theme !== "dark"); };
new MutationObserver(tell).observe(root, { attributeFilter: ["data-theme"] });
document.addEventListener("DOMContentLoaded", tell);
