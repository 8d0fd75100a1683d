// Writes src/type-arithmetic/digit-tables.ts: what schoolbook arithmetic looks up, one digit at a time; and
// src/type-arithmetic/halves.ts.
import { writeFileSync } from 'node:fs'

const digits = [...Array(10).keys()]
const row = entries => `  ${entries.map(([k, v]) => `${JSON.stringify(k).replaceAll('"', "'")}: '${v}'`).join('; ')}`
const table = (name, doc, rows) => `/** ${doc} */
// biome-ignore format: a table
export interface ${name} {
  [key: string]: string
${rows.map(row).join('\n')}
}
`
const source = `// Written by scripts/digit-tables.mjs. An index signature lets a key that is computed be looked up without \`& keyof\`,
// which would otherwise be most of the cost of an addition.

${table(
  'Sum',
  'a, b, carry -> carry, digit',
  digits.flatMap(a =>
    [0, 1].map(c => digits.map(b => [`${a}${b}${c}`, `${Math.floor((a + b + c) / 10)}${(a + b + c) % 10}`])),
  ),
)}
${table(
  'Difference',
  'a, b, borrow -> borrow, digit',
  digits.flatMap(a =>
    [0, 1].map(c => digits.map(b => [`${a}${b}${c}`, `${a - b - c < 0 ? 1 : 0}${(a - b - c + 10) % 10}`])),
  ),
)}
${table(
  'Product',
  'a, b, carry (0 to 8) -> carry, digit',
  digits.flatMap(a =>
    [...Array(9).keys()].map(c =>
      digits.map(b => [`${a}${b}${c}`, `${Math.floor((a * b + c) / 10)}${(a * b + c) % 10}`]),
    ),
  ),
)}
${table(
  'Quotient',
  'divisor, remainder so far, next digit -> digit of the quotient, remainder',
  digits
    .slice(1)
    .flatMap(s =>
      digits
        .slice(0, s)
        .map(r => digits.map(d => [`${s}${r}${d}`, `${Math.floor((r * 10 + d) / s)}${(r * 10 + d) % s}`])),
    ),
)}`
writeFileSync(new URL('../src/type-arithmetic/digit-tables.ts', import.meta.url), source.replaceAll('\n\n\n', '\n\n'))

const rows = of =>
  [...Array(52).keys()].map(tens => `  ${digits.map(d => `${10 * tens + d}: ${of(10 * tens + d)}`).join('; ')}`)
writeFileSync(
  new URL('../src/type-arithmetic/halves.ts', import.meta.url),
  `// Written by scripts/digit-tables.mjs.

/** Half of each number below 520, rounded down: strides of 2 are so frequent that they are not reckoned digit by digit. */
// biome-ignore format: a table
export interface Halves {
  [n: number]: number
${rows(n => Math.floor(n / 2)).join('\n')}
}

/** The number before each number below 520, '-' before 0: small windows are as frequent. */
// biome-ignore format: a table
export interface Previous {
  [n: number]: number | '-'
  '-': '-'
${rows(n => (n === 0 ? "'-'" : n - 1)).join('\n')}
}
`,
)
