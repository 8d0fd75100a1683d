import { showShape } from '../base/shape.ts'
import type { Drawn } from './draw.ts'
import { type Link, linksOf, type Named } from './links.ts'
import { toldOf } from './texts.ts'

// Diagrams as text for other programs.

type Source = Omit<Drawn, 'caption'>

/** A text for Mermaid: within quotes it reads entities, and what looks like tags. */
const mermaidText = (text: string): string =>
  `"${text.replace(/[#&<>"`\\]/g, character => `#${character.charCodeAt(0)};`).replace(/[\r\n]+/g, ' ')}"`
/** A text for DOT, which reads escapes within quotes. */
const dotText = (lines: readonly string[]): string =>
  `"${lines
    .map(line =>
      line
        .replace(/["\\]/g, '\\$&')
        .replace(/[\r\n]+/g, ' ')
        .replaceAll('\0', ''),
    )
    .join('\\n')}"`

/** What is written into a box, line by line. */
const linesOf = (named: Named, telling: Drawn['telling']): readonly string[] => {
  const { heading, name, lines } = toldOf('box' in named ? named.box : named.frame, telling)
  return [name === undefined ? heading : `${heading}  ${name}`, ...lines]
}

/** The lines of a tree of boxes and frames. */
const tree = (
  all: readonly Named[],
  box: (id: string, named: Named) => string,
  frame: (id: string, named: Named) => readonly [before: string, after: string],
  indent = '  ',
): readonly string[] =>
  all.flatMap(named => {
    if ('box' in named) return [`${indent}${box(named.id, named)}`]
    const [before, after] = frame(named.id, named)
    return [`${indent}${before}`, ...tree(named.all, box, frame, `${indent}  `), `${indent}${after}`]
  })

/** The text of Mermaid's flow chart (https://mermaid.js.org/syntax/flowchart.html). */
export const mermaidOf = ({ graph, telling, direction, shapes, inputs, outputs }: Source): string => {
  const { all, links, ...ends } = linksOf(graph)
  // Lines are joined by what Mermaid reads as a break; their own texts have no tags.
  const label = (named: Named) =>
    linesOf(named, telling)
      .map(line => mermaidText(line).slice(1, -1))
      .join('<br>')
  const arrow = ({ from, to, shape }: Link) =>
    `  ${from} -->${shapes ? `|${mermaidText(showShape(shape))}|` : ''} ${to}`
  return [
    `flowchart ${direction === 'down' ? 'TD' : 'LR'}`,
    ...ends.inputs.map((id, i) => `  ${id}([${mermaidText(inputs[i] ?? id)}])`),
    ...tree(
      all,
      (id, named) =>
        'box' in named && named.box.region !== undefined ? `${id}[["${label(named)}"]]` : `${id}["${label(named)}"]`,
      (id, named) => [`subgraph ${id}["${label(named)}"]`, 'end'],
    ),
    ...ends.outputs.map((id, i) => `  ${id}([${mermaidText(outputs[i] ?? id)}])`),
    ...links.map(arrow),
    '',
  ].join('\n')
}

/** The text of a graph in DOT, the language of Graphviz (https://graphviz.org/doc/info/lang.html). */
export const dotOf = ({ graph, telling, direction, shapes, inputs, outputs }: Source): string => {
  const { all, links, ...ends } = linksOf(graph)
  const terminal = (id: string, name: string) => `  ${id} [label=${dotText([name])}, shape=oval]`
  return [
    'digraph network {',
    `  rankdir=${direction === 'down' ? 'TB' : 'LR'}`,
    '  node [shape=box, style=rounded, fontname="Helvetica", fontsize=11]',
    '  edge [fontname="Helvetica", fontsize=10]',
    '  graph [fontname="Helvetica", fontsize=11]',
    ...ends.inputs.map((id, i) => terminal(id, inputs[i] ?? id)),
    ...tree(
      all,
      (id, named) => {
        const isFolded = 'box' in named && named.box.region !== undefined
        return `${id} [label=${dotText(linesOf(named, telling))}${isFolded ? ', peripheries=2' : ''}]`
      },
      (id, named) => [`subgraph cluster_${id} { label=${dotText(linesOf(named, telling))}`, '}'],
    ),
    ...ends.outputs.map((id, i) => terminal(id, outputs[i] ?? id)),
    ...links.map(
      ({ from, to, shape }) => `  ${from} -> ${to}${shapes ? ` [label=${dotText([showShape(shape)])}]` : ''}`,
    ),
    '}',
    '',
  ].join('\n')
}
