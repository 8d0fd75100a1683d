import { isLeft } from 'fp-ts/lib/Either.js'
import type { Flow } from '../base/shape.ts'
import { definitionOf } from '../core/constructor.ts'
import * as layers from '../layers/index.ts'
import { isComposition, type Node, type Part, type Wiring } from '../network/parts.ts'
import { wire, wiringOf } from '../network/wiring.ts'
import { type Helper, helperNames, helperTexts } from './helpers.ts'
import {
  endsOf,
  type Flows,
  flowsOf,
  type Item,
  isLive,
  isRegion,
  itemsOf,
  modulesOf,
  outputsOf,
  type Source,
} from './regions.ts'
import { type InnerModule, type ModuleTensor, refusal, type Site, type Written } from './row.ts'
import { table } from './table.ts'

// The source in Python: a class for the network, for every block, and for every layer within a layer.

/** A tensor of the network's module, of variables by their layer and name. */
export interface PlacedTensor extends ModuleTensor {
  readonly layer: string
}

/** Numbers of the network's variables. */
export interface Values {
  readonly names: (layer: string) => readonly string[]
  readonly shape: (layer: string, variable: string) => readonly number[] | undefined
  readonly isZero: (layer: string, variable: string) => boolean
}

/** Names that a module of PyTorch has already, keywords, and what the source defines. */
const taken = new Set(
  `False None True and as assert async await break class continue def del elif else except finally for from global if import
  in is lambda nonlocal not or pass raise return try while with self x inputs F math nn torch parametrize training forward
  T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval
  extra_repr float get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict modules named_buffers
  named_children named_modules named_parameters parameters register_backward_hook register_buffer register_forward_hook
  register_forward_pre_hook register_full_backward_hook register_load_state_dict_post_hook register_module
  register_parameter requires_grad_ set_extra_state share_memory state_dict to to_empty train type xpu zero_grad
  load_weights save_weights read_safetensors write_safetensors json struct sum zip range reversed list`
    .split(/\s+/)
    .concat(helperNames),
)

/** A name for Python that is not taken yet. */
const freshName = (wanted: string, used: Set<string>): string => {
  const plain =
    wanted
      .replace(/[^A-Za-z0-9_]+/g, '_')
      .replace(/^(?=\d)|^_+/, '_')
      .replace(/^_(?=[A-Za-z])/, '') || 'layer'
  let name = plain.startsWith('_') ? `layer${plain}` : plain
  for (let n = 2; taken.has(name) || used.has(name); n++) name = `${plain.startsWith('_') ? 'layer' : ''}${plain}_${n}`
  used.add(name)
  return name
}
const classCase = (name: string): string =>
  name
    .split(/[^A-Za-z0-9]+/)
    .map(word => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('')

/** All classes of a source. */
interface Book {
  /** Names of classes by their text. */
  readonly classes: Map<string, string>
  readonly names: Set<string>
  readonly helpers: Set<Helper>
  readonly values: Values
  /** The name of the network's class. */
  readonly network: string
}

/** Whose variables those of a layer are, and what they are called there. */
type OwnerOf = (node: Node) => { readonly layer: string; readonly prefix: string }

/** What is the same for all nodes of a graph. */
interface Graph {
  readonly wiring: Wiring
  readonly flows: Flows
  readonly outputs: readonly Source[]
  readonly ownerOf: OwnerOf
  readonly isAdapted: boolean
}

const isOurs = (node: Node): boolean => {
  const definition = definitionOf(node.layer)
  const ours = (layers as Readonly<Record<string, unknown>>)[node.layer.kind]
  return definition !== undefined && ours !== undefined && definitionOf(ours as object) === definition
}

/** How a layer is written. */
const written = (book: Book, graph: Graph, node: Node, self: string): Written => {
  const { kind } = node.layer
  const row = Object.hasOwn(table, kind) ? table[kind] : undefined
  const refuse: Site['refuse'] = (expected, got, remedy) => refusal(node.path, kind, expected, got, remedy)
  if (row === undefined || !isOurs(node))
    throw refuse(
      'a layer that has a form in PyTorch',
      isOurs(node) ? kind : 'a layer of your own',
      kind === 'Lambda'
        ? 'Write the function with layers of the library, or leave the layer out and add it in Python.'
        : 'Leave the layer out, and add it in Python.',
    )
  const { layer, prefix } = graph.ownerOf(node)
  const { values } = book
  const has = (variable: string) => values.shape(layer, prefix + variable) !== undefined
  return row({
    layer: node.layer,
    // A layer has its options as fields.
    options: node.layer as unknown as Readonly<Record<string, unknown>>,
    inputs: node.inputShapes,
    output: node.shape,
    isAdapted: graph.isAdapted,
    self,
    variables: values.names(layer).flatMap(name => (name.startsWith(prefix) ? [name.slice(prefix.length)] : [])),
    has,
    shapeOf: variable => values.shape(layer, prefix + variable) ?? [],
    isZero: variable => values.isZero(layer, prefix + variable),
    inner: (part, inputs, more, isAdapted) => {
      const made = writeInner(book, part, inputs, { layer, prefix: prefix + more }, `${kind} layer`, isAdapted)
      // The outer layer's names of these variables.
      const tensors = made.tensors.map(one => ({
        ...one,
        pieces: one.pieces.map(piece => ({ ...piece, variable: piece.variable.slice(prefix.length) })),
      }))
      return { type: made.type, tensors }
    },
    refuse,
  })
}

/** A value in a function: the expression, and whether its channels stand first. */
interface Local {
  readonly text: string
  readonly isFirst: boolean
}
const placed = (book: Book, { text, isFirst }: Local, wanted: boolean): string => {
  if (isFirst === wanted) return text
  const helper = wanted ? 'channels_first' : 'channels_last'
  book.helpers.add(helper)
  return `${helper}(${text})`
}

/** An input in which channels are no place of their own needs no change. */
const rankOf = (graph: Graph, source: Source): number => {
  const { wiring, flows } = graph
  if (source < 0) return wiring.inputs[~source]?.length ?? 0
  const at = flows.nodeOf[source] as number
  const { shape = null, further = [] } = wiring.nodes[at] ?? {}
  return [shape, ...further][source - (flows.firsts[at] as Source)]?.length ?? 0
}

/** A class of some items; tensors with names within it. */
const writeClass = (
  book: Book,
  graph: Graph,
  items: readonly Item[],
  { inputs, outputs }: { readonly inputs: readonly Source[]; readonly outputs: readonly Source[] },
  wanted: string,
  key: string,
): { readonly type: string; readonly tensors: readonly PlacedTensor[] } => {
  const { wiring, flows } = graph
  const { nodes } = wiring
  const attributes = new Map<string, string>()
  const used = new Set<string>()
  const makes: string[] = []
  const tensors: PlacedTensor[] = []

  // A block of layers that change nothing is no module.
  const live = items.filter(item =>
    isRegion(item) ? endsOf(flows, graph.outputs, item.first, item.end).outputs.length > 0 : isLive(flows, item),
  )
  const endsAt = live.map(item =>
    isRegion(item)
      ? endsOf(flows, graph.outputs, item.first, item.end)
      : { inputs: flows.sources[item] as readonly Source[], outputs: outputsOf(flows, item) },
  )
  /** Whether a value is needed by one item alone: the next one, or the end. */
  const isPassing = (source: Source, from: number): boolean => {
    const at = endsAt.flatMap((ends, i) => ends.inputs.flatMap(one => (one === source ? [i] : [])))
    const isEnd = outputs.includes(source)
    return at.every(i => i === from + 1) && (!isEnd || (at.length === 0 && from === live.length - 1))
  }

  const locals = new Map<Source, Local>()
  const names = new Set<string>()
  const parameters = inputs.map((source, i) => {
    const text = inputs.length > 1 ? `input_${i + 1}` : isPassing(source, -1) ? 'x' : 'inputs'
    names.add(text)
    locals.set(source, { text, isFirst: false })
    return text
  })
  const localOf = (source: Source): Local => locals.get(source) ?? { text: 'x', isFirst: false }

  const lines: string[] = []
  live.forEach((item, i) => {
    const ends = endsAt[i] as (typeof endsAt)[number]
    const unit = isRegion(item) ? `region ${item.key}` : `layer ${nodes[item]?.name}`
    const whole = isRegion(item) ? item.key : (nodes[item]?.name ?? '')
    const known = attributes.get(unit)
    const attribute =
      known ?? freshName(key !== '' && whole.startsWith(`${key}/`) ? whole.slice(key.length + 1) : whole, used)
    attributes.set(unit, attribute)
    const given = ends.inputs.map(localOf)
    const name = (source: Source, own: string): string => {
      if (ends.outputs.length === 1 && isPassing(source, i)) return 'x'
      return freshName(own, names)
    }
    if (isRegion(item)) {
      const inner = known === undefined ? writeClass(book, graph, item.items, ends, attribute, item.key) : undefined
      if (inner !== undefined) {
        makes.push(`self.${attribute} = ${inner.type}()`)
        tensors.push(...inner.tensors.map(one => ({ ...one, name: `${attribute}.${one.name}` })))
      }
      const out = ends.outputs.map(source => {
        const inside = nodes[flows.nodeOf[source] as number]?.name.slice(item.key.length + 1)
        const own = ends.outputs.length > 1 ? `${attribute}_${inside}` : attribute
        const text = name(source, own)
        locals.set(source, { text, isFirst: false })
        return text
      })
      lines.push(`${out.join(', ')} = self.${attribute}(${given.map(one => placed(book, one, false)).join(', ')})`)
      return
    }
    const node = nodes[item] as Node
    const row = written(book, graph, node, `self.${attribute}`)
    for (const helper of row.helpers ?? []) book.helpers.add(helper)
    if (known === undefined) {
      const { layer, prefix } = graph.ownerOf(node)
      if (row.make !== undefined) makes.push(`self.${attribute} = ${row.make}`, ...(row.setUp ?? []))
      for (const one of row.tensors ?? [])
        tensors.push({
          ...one,
          layer,
          name: `${attribute}.${one.name}`,
          pieces: one.pieces.map(piece => ({ ...piece, variable: prefix + piece.variable })),
        })
    }
    const { channels = 'last' } = row
    const isFirst = channels === 'first' || (channels === 'any' && given[0]?.isFirst === true)
    const texts = given.map((one, at) =>
      rankOf(graph, ends.inputs[at] as Source) > 2 || one.isFirst ? placed(book, one, isFirst) : one.text,
    )
    const rank = node.inputShapes[0]?.length ?? 0
    const axis = (own: number): number => (!isFirst || own === 0 ? own : own === rank - 1 ? 1 : own + 1)
    const out = ends.outputs.map((source, port) => {
      const text = name(source, port === 0 ? attribute : `${attribute}_${port + 1}`)
      locals.set(source, { text, isFirst: isFirst && row.givesLast !== true })
      return text
    })
    lines.push(`${out.join(', ')} = ${row.call(texts, axis)}`)
  })
  const results = outputs.map(source => placed(book, localOf(source), false))
  const final = lines.at(-1) ?? ''
  const assigned = `${results.join(', ')} = `
  if (final.startsWith(assigned)) {
    lines.pop()
    results.splice(0, results.length, final.slice(assigned.length))
  }

  const body = [
    '    def __init__(self):',
    '        super().__init__()',
    ...makes.map(line => `        ${line}`),
    '',
    `    def forward(self, ${parameters.join(', ')}):`,
    ...lines.map(line => `        ${line}`),
    `        return ${results.join(', ')}`,
  ].join('\n')
  const same = wanted === book.network ? undefined : book.classes.get(body)
  const type = wanted === book.network ? wanted : (same ?? freshName(classCase(wanted) || 'Block', book.names))
  book.classes.set(body, type)
  return { type, tensors }
}

const graphOf = (wiring: Wiring, ownerOf: OwnerOf, isAdapted: boolean): Graph => {
  const flows = flowsOf(wiring)
  const outputs = wiring.outputs.map(
    (i, k) => flows.roots[(flows.firsts[i] as Source) + (wiring.ports?.[k] ?? 0)] as Source,
  )
  return { wiring, flows, outputs, ownerOf, isAdapted }
}

/** A class of a whole graph. */
const writeGraph = (book: Book, part: Part, graph: Graph, wanted: string) => {
  const { wiring, flows, outputs } = graph
  const items = modulesOf(itemsOf(part, wiring), wiring, flows, outputs)
  const inputs = wiring.inputs.map((_, k) => ~k)
  return writeClass(book, graph, items, { inputs, outputs }, wanted, '')
}

const writeInner = (
  book: Book,
  part: Part,
  inputs: Flow,
  owner: { readonly layer: string; readonly prefix: string },
  wanted: string,
  isAdapted: boolean,
): InnerModule => {
  const wiring = wire(part, inputs)
  if (isLeft(wiring)) throw wiring.left
  const ownerOf: OwnerOf = ({ name }) =>
    isComposition(part) ? { layer: owner.layer, prefix: `${owner.prefix}${name}/` } : owner
  return writeGraph(book, part, graphOf(wiring.right, ownerOf, isAdapted), wanted)
}

const head = (text: string): string => `"""${text}"""`

/** Reading and writing of weights, without a package for it. */
const files = `
TYPES = {'F32': torch.float32, 'F16': torch.float16, 'BF16': torch.bfloat16}


def read_safetensors(path):
    with open(path, 'rb') as file:
        data = bytearray(file.read())
    (size,) = struct.unpack('<Q', data[:8])
    header = json.loads(data[8 : 8 + size])
    tensors = {}
    for name, entry in header.items():
        if name != '__metadata__':
            begin, end = (8 + size + at for at in entry['data_offsets'])
            flat = torch.frombuffer(data[begin:end], dtype=TYPES[entry['dtype']]) if end > begin else torch.zeros(0)
            tensors[name] = flat.float().reshape(entry['shape'])
    return tensors


def write_safetensors(path, tensors):
    header, chunks, end = {}, [], 0
    for name in sorted(tensors):
        tensor = tensors[name].detach().cpu().float().contiguous()
        chunk = tensor.numpy().tobytes()
        header[name] = {'dtype': 'F32', 'shape': list(tensor.shape), 'data_offsets': [end, end + len(chunk)]}
        chunks.append(chunk)
        end += len(chunk)
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text + b''.join(chunks))


def load_weights(model, path):
    """Loads all weights; BatchNorm's counters, which are not in the file, stay."""
    missing, unexpected = model.load_state_dict(read_safetensors(path), strict=False)
    wrong = [name for name in missing if not name.endswith('num_batches_tracked')] + list(unexpected)
    if wrong:
        raise ValueError(f'{path} has other weights: {", ".join(wrong)}')
    return model


def save_weights(model, path):
    tensors = {name: one for name, one in model.state_dict().items() if not name.endswith('num_batches_tracked')}
    write_safetensors(path, tensors)
`.trim()

/** The source of a network's module, and its tensors. */
export const writeSource = (
  part: Part,
  values: Values,
  name: string,
): { readonly source: string; readonly tensors: readonly PlacedTensor[] } => {
  const wiring = wiringOf(part)
  const book: Book = { classes: new Map(), names: new Set([name]), helpers: new Set(), values, network: name }
  const graph = graphOf(wiring, node => ({ layer: node.name, prefix: '' }), false)
  const { type, tensors } = writeGraph(book, part, graph, name)
  const classes = [...book.classes].map(([body, own]) =>
    own === type
      ? `class ${own}(nn.Module):\n    ${head('Inputs and outputs have their channels last.')}\n\n${body}`
      : `class ${own}(nn.Module):\n${body}`,
  )
  const isParametrized = classes.some(text => text.includes('parametrize.'))
  const imports = [
    'import json\nimport math\nimport struct',
    ['import torch', 'import torch.nn.functional as F', 'from torch import nn'].join('\n') +
      (isParametrized ? '\nfrom torch.nn.utils import parametrize' : ''),
  ]
  const parts = [...helperTexts(book.helpers), ...classes, files]
  return { source: `${imports.join('\n\n')}\n\n\n${parts.join('\n\n\n')}\n`, tensors }
}
