// Making elements without markup in strings: text is always text, styles go through the style object (strict policy).
const SVG = "http://www.w3.org/2000/svg";

/** An HTML element with properties, dataset, aria attributes and children (nodes or text). */
export function make(tag, { className, text, data, aria, style, on, ...properties } = {}, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  Object.assign(element, properties);
  Object.assign(element.dataset, data);
  for (const [name, value] of Object.entries(aria ?? {})) element.setAttribute(name === "role" ? name : `aria-${name}`, value);
  setStyle(element, style);
  for (const [event, listener] of Object.entries(on ?? {})) element.addEventListener(event, listener);
  element.append(...children.filter((child) => child != null));
  return element;
}

/** An SVG element with attributes and children. */
export function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child != null));
  return element;
}

export function setStyle(element, style = {}) {
  for (const [name, value] of Object.entries(style)) element.style.setProperty(name, value);
}
