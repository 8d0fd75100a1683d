// How wide a text is, without a page to measure it on: by the advances of Helvetica, which Arial and Liberation Sans share.
// Where another font stands in for these, `svgOf` has it set to the same width.

/** How a text is set. */
export interface TextStyle {
  /** The size of the font, in units of the drawing. */
  readonly size: number
  readonly weight?: 'regular' | 'bold' | undefined
  /** `'mono'` for code and numbers in columns. Default: `'sans'`. */
  readonly family?: 'sans' | 'mono' | undefined
}

/** Characters by their advance, in thousandths of the size. */
const advances: Readonly<Record<'regular' | 'bold', Readonly<Record<number, string>>>> = {
  regular: {
    191: "'",
    222: 'ijl',
    260: '|',
    278: ' !,./:;I[\\]ft·',
    333: '()-`r',
    334: '{}',
    355: '"',
    389: '*',
    469: '^',
    500: 'Jcksvxyz',
    556: '#$0123456789?L_abdeghnopqu–',
    584: '+<=>~×−±',
    611: 'FTZ',
    667: '&ABEKPSVXY',
    722: 'CDHNRUw',
    778: 'GOQ',
    833: 'Mm',
    889: '%',
    944: 'W',
    1000: '…→',
    1015: '@',
  },
  bold: {
    238: "'",
    278: ' ,./I\\ijl·',
    280: '|',
    333: '!()-:;[]`ft',
    389: '*r{}',
    474: '"',
    500: 'z',
    556: '#$0123456789J_aceksvxy–',
    584: '+<=>^~×−±',
    611: '?FLTZbdghnopqu',
    667: 'EPSVXY',
    722: '&ABCDHKNRU',
    778: 'GOQw',
    833: 'M',
    889: '%m',
    944: 'W',
    975: '@',
    1000: '…→',
  },
}
const byCharacter = (weight: 'regular' | 'bold'): ReadonlyMap<string, number> =>
  new Map(Object.entries(advances[weight]).flatMap(([advance, all]) => [...all].map(one => [one, Number(advance)])))
const tables = { regular: byCharacter('regular'), bold: byCharacter('bold') }
const monospaced = 602

/** Marks that are set on the character before them, or not at all. */
const isMark = (character: string): boolean => /[\p{Mn}\p{Me}\p{Cf}]/u.test(character)
/** Characters as wide as they are high: those of Chinese, Japanese and Korean, and symbols in colour. */
const isWide = (character: string): boolean =>
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}\u3000-\u303f\uff00-\uff60]/u.test(
    character,
  )
/** The advance of a character that is in no table: that of a wide letter. */
const ofOthers = 667

/** The width of a text, in units of the drawing. */
export const widthOf = (text: string, { size, weight = 'regular', family = 'sans' }: TextStyle): number => {
  const table = tables[weight]
  const advanceOf = (character: string): number =>
    (family === 'mono' && character <= '~' ? monospaced : table.get(character)) ??
    (isMark(character) ? 0 : isWide(character) ? 1000 : family === 'mono' ? monospaced : ofOthers)
  let sum = 0
  for (const character of text) sum += advanceOf(character)
  return (sum * size) / 1000
}

/** A text that is at most so wide: a longer one is cut, and ends with `…`. */
export const cutTo = (text: string, most: number, style: TextStyle): string => {
  if (widthOf(text, style) <= most) return text
  const characters = [...text]
  let [fits, tooMany] = [0, characters.length]
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1
    if (widthOf(`${characters.slice(0, middle).join('')}…`, style) <= most) fits = middle
    else tooMany = middle
  }
  return `${characters.slice(0, fits).join('').trimEnd()}…`
}
