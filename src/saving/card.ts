import { showShape, sizeOf } from '../base/shape.ts'
import { isList, isRecord } from '../base/trees.ts'
import type { Part } from '../network/parts.ts'
import { wiringOf } from '../network/wiring.ts'
import type { Wanted } from './weights.ts'

// The model card of a folder, in the form that Hugging Face's hub shows: metadata in YAML, then Markdown.

/** What a card tells beside the network. */
export interface CardFacts {
  readonly title: string
  /** As `fit` gives it: numbers by name, one for each epoch. */
  readonly history: Readonly<Record<string, unknown>> | null
  readonly license: string | null
}

/** A text in a table, where `|` and line breaks would end its cell. */
const cell = (text: string): string => text.replace(/\s+/g, ' ').replaceAll('|', '\\|')
const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`
const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')

const layersOf = (part: Part, variables: readonly Wanted[]): string => {
  const numbers = new Map<string, number>()
  for (const { layer, shape } of variables) numbers.set(layer, (numbers.get(layer) ?? 0) + sizeOf(shape))
  const rows = wiringOf(part).nodes.map(({ name, layer, shape }) => [
    name,
    `\`${String(layer)}\``,
    showShape(shape),
    String(numbers.get(name) ?? 0),
  ])
  return markdownTable(['layer', 'made by', 'output', 'parameters'], rows)
}

const number = (value: number): string => String(Number(value.toPrecision(5)))

/** The columns of a history that are numbers, by name. */
const columnsOf = (history: Readonly<Record<string, unknown>>): readonly (readonly [string, readonly number[]])[] =>
  Object.entries(history).flatMap(([name, values]) =>
    isList(values) && values.length > 0 && values.every(value => typeof value === 'number')
      ? [[name, values as readonly number[]] as const]
      : [],
  )

/** The first, best-known epochs of a long history would fill pages: some are shown, the last one always. */
const mostEpochs = 12
const trainingOf = (history: Readonly<Record<string, unknown>>): string => {
  const columns = columnsOf(history)
  const epochs = Math.max(0, ...columns.map(([, values]) => values.length))
  if (epochs === 0) return ''
  const step = Math.ceil(epochs / mostEpochs)
  const shown = Array.from({ length: epochs }, (_, i) => i).filter(i => i === epochs - 1 || (i + 1) % step === 0)
  const rows = shown.map(i => [
    String(i + 1),
    ...columns.map(([, values]) => (values[i] === undefined ? '' : number(values[i]))),
  ])
  return `\n## Training\n\n${markdownTable(['epoch', ...columns.map(([name]) => name)], rows)}\n`
}

/** A text of YAML, which JSON's are. */
const yaml = (text: string): string => JSON.stringify(text)

/** The text of `README.md`. */
export const cardOf = (part: Part, variables: readonly Wanted[], { title, history, license }: CardFacts): string => {
  const total = variables.reduce((n, { shape }) => n + sizeOf(shape), 0)
  return `---
library_name: joinery${license === null ? '' : `\nlicense: ${yaml(license)}`}
tags:
- joinery
---

# ${cell(title)}

A network of ${wiringOf(part).nodes.length} layers with ${total} parameters, made with joinery.

## Layers

${layersOf(part, variables)}
${isRecord(history) ? trainingOf(history) : ''}
## Use

\`\`\`ts
import { apply } from 'joinery'
import { load } from 'joinery/storage'

const { network, variables } = await load(${yaml(title)})
const { output } = apply(network, variables, x)
\`\`\`
`
}
