type Translate = (message: string, ...args: (string | number)[]) => string;

let translate: Translate = (message, ...args) =>
  message.replace(/\{(\d+)\}/g, (whole, index: string) => String(args[Number(index)] ?? whole));

/**
 * The door to the editor's translations for code that does not import `vscode`. Named as the
 * editor's own, so that its tools find the strings.
 */
export const l10n = {
  t: (message: string, ...args: (string | number)[]): string => translate(message, ...args),
};

/** Called once, first of all, by the extension's entry. */
export function useTranslation(translation: Translate): void {
  translate = translation;
}
