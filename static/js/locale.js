// How this page writes numbers and dates: as its language does, English as in Britain.
const language = document.documentElement.lang;

export const LOCALE = language === "en" ? "en-GB" : language;
