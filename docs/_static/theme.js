// Players read the theme of the page around them from Jupyter's attribute: see darkAround in widget/src/player.js.
const root = document.documentElement;
const copyTheme = () => { document.body.dataset.jpThemeLight = String(root.dataset.theme !== "dark"); };
new MutationObserver(copyTheme).observe(root, { attributeFilter: ["data-theme"] });
document.addEventListener("DOMContentLoaded", copyTheme);
