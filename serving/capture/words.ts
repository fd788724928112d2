/**
 * A text's words in order, in small letters and with single spaces between them: what is left when case, spacing, punctuation
 * and ways to encode the same letters do not count.
 *
 * As texts are made comparable in question answering (Rajpurkar et al. 2016), less the articles, which are English.
 */
export function wordsOf(text: string): string {
  const words = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\p{P}\p{S}]+/gu, ' ');
  return words.replace(/\s+/g, ' ').trim();
}
