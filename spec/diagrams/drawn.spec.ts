import { expect } from 'chai'
import fc from 'fast-check'
import { type Fold, folded } from '../../src/diagrams/fold.ts'
import { linksOf, type Named } from '../../src/diagrams/links.ts'
import { modelOf } from '../../src/diagrams/model.ts'
import { regionsOf } from '../../src/diagrams/regions.ts'
import { diagram, dot, mermaid } from '../../src/display.ts'
import {
  block,
  Concatenate,
  Convolution,
  Input,
  join,
  type Layer,
  parallel,
  Relu,
  Softmax,
  shared,
  Tanh,
  TimeDistributed,
} from '../../src/index.ts'
import { asPart, type Node } from '../../src/network/parts.ts'
import { wiringOf } from '../../src/network/wiring.ts'
import type { GroupShape, RectShape, Shape } from '../../src/pictures/drawing.ts'
import { drawn, needsBrowser } from '../pictures/drawn.ts'
import { architectures, begun, build, recipe } from '../recipes.ts'
import { untyped } from '../running.ts'

// What holds of the diagrams of all networks.

const folds: readonly Fold[] = ['auto', true, false]
const options = { fold: fc.constantFrom(...folds), direction: fc.constantFrom('down', 'right') } as const

/** The boxes of a drawing: the outlines of its layers and folded parts. */
const outlines = (shapes: readonly Shape[]): readonly RectShape[] =>
  shapes
    .filter((shape): shape is GroupShape => shape.kind === 'group')
    .flatMap(({ shapes: inner }) => {
      const rects = inner.filter((shape): shape is RectShape => shape.kind === 'rect')
      return rects.slice(-1)
    })
const overlap = (a: RectShape, b: RectShape): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

/** The boxes of a diagram, with those in frames. */
const boxesIn = (all: readonly Named[]): readonly Extract<Named, { readonly box: unknown }>[] =>
  all.flatMap(named => ('box' in named ? [named] : boxesIn(named.all)))

const modelled = (network: Layer, fold: Fold) => {
  const part = asPart('diagram', network)
  const wiring = wiringOf(part)
  return { wiring, ...linksOf(modelOf(wiring, ...folded('diagram', regionsOf(part, wiring), fold))) }
}

/** Whether a node may be drawn as a line. */
const isLine = ({ layer, inputs }: Node): boolean => layer.kind === 'Identity' && inputs.length === 1

describe('The diagram of any network', () => {
  it('has each layer in one box, in the order of the network, and none of its boxes without arrows', () => {
    fc.assert(
      fc.property(recipe, options.fold, (given, fold) => {
        const network = build(given)
        const { wiring, all, links } = modelled(network, fold)
        const boxes = boxesIn(all)
        const nodes = boxes.flatMap(({ box }) => box.nodes)
        const isOfNetwork = new Set(wiring.nodes)
        const own = nodes.filter(node => isOfNetwork.has(node))
        const within = (node: Node) =>
          Object.values(node.layer).some(value => value !== null && typeof value === 'object' && 'nodes' in value)
        const missing = wiring.nodes.filter(node => !own.includes(node))
        expect(own).to.deep.equal(wiring.nodes.filter(node => own.includes(node)))
        // Layers around a network are frames when they are open.
        expect(missing.every(node => isLine(node) || within(node))).to.equal(true)
        for (const { id } of boxes) expect(links.some(({ from, to }) => from === id || to === id)).to.equal(true)
      }),
      { numRuns: 200 },
    )
  })

  it('has the arrows that the network has, if nothing is folded', () => {
    fc.assert(
      fc.property(recipe, given => {
        const { wiring, all, links, inputs } = modelled(build(given), false)
        const boxes = boxesIn(all)
        fc.pre(boxes.every(named => wiring.nodes.includes(named.box.nodes[0] as Node)))
        const nodes = new Map(boxes.map(named => [('box' in named && named.box.nodes[0]) as Node, named.id]))
        const sourceOf = (at: number): string => {
          const node = wiring.nodes[at] as Node
          return nodes.get(node) ?? sourceOf(node.inputs[0] as number)
        }
        const expected = wiring.nodes.flatMap(node => {
          const to = nodes.get(node)
          return to === undefined
            ? []
            : [...new Set(node.inputs.map((at, i) => `${sourceOf(at)} ${node.ports?.[i] ?? 0}`))].map(
                from => `${from.split(' ')[0]} > ${to}`,
              )
        })
        const found = links
          .filter(({ from, to }) => !inputs.includes(from) && !to.startsWith('output'))
          .map(({ from, to }) => `${from} > ${to}`)
        expect(found.toSorted()).to.deep.equal(expected.toSorted())
      }),
      { numRuns: 200 },
    )
  })

  it('has boxes that do not overlap, all in the frame', () => {
    fc.assert(
      fc.property(recipe, options.fold, options.direction, (given, fold, direction) => {
        const { width, height, shapes } = diagram(build(given), { fold, direction }).spec
        const rects = outlines(shapes)
        for (const [i, a] of rects.entries()) {
          expect(a.x >= 0 && a.y >= 0 && a.x + a.width <= width && a.y + a.height <= height).to.equal(true)
          for (const b of rects.slice(i + 1)) expect(overlap(a, b)).to.equal(false)
        }
        for (const shape of shapes)
          if (shape.kind === 'path')
            for (const [x, y] of shape.points) expect(x >= 0 && y >= 0 && x <= width && y <= height).to.equal(true)
      }),
      { numRuns: 100 },
    )
  })

  it('is the same for the same network, and leaves nothing unsaid as a text', () => {
    fc.assert(
      fc.property(recipe, given => {
        const [one, other] = [build(given), build(given)]
        expect(diagram(one).spec).to.deep.equal(diagram(other).spec)
        expect(mermaid(one)).to.equal(mermaid(other))
        expect(dot(one)).to.match(/^digraph network \{[\s\S]*\}\n$/)
      }),
      { numRuns: 30 },
    )
  })
})

const long = 'n'.repeat(80)
const networks: Readonly<Record<string, () => Layer>> = {
  ...Object.fromEntries(Object.entries(architectures).map(([name, [first]]) => [name, first as () => Layer])),
  'two inputs': () =>
    join(
      parallel(
        join(Input(10), shared('encoder', join(Relu(8), Tanh(4)))),
        join(Input(10), shared('encoder', join(Relu(8), Tanh(4)))),
      ),
      parallel(Softmax(2), Softmax(3)),
    ),
  'long names': () =>
    join(
      Input([8, 8, 1], { name: long }),
      block(`b${long}`, join(Convolution([1, 1, 2], { name: `x${long}` }), Relu())),
    ),
  'names of other alphabets': () =>
    join(Input(4, { name: '入力' }), block('скрытый', join(Relu(8, { name: 'σ-слой' }), Tanh(2, { name: '😀' })))),
  'layers within layers': () =>
    join(Input([6, 3]), TimeDistributed(join(Relu(4), parallel(Relu(2), Tanh(2)), Concatenate()))),
  'eight branches': () =>
    untyped.join(Input(4), untyped.parallel(...Array.from({ length: 8 }, (_, i) => Relu(i + 1))), Concatenate()),
}

describe('In a browser, the diagram of', () => {
  before(needsBrowser)
  for (const [name, make] of Object.entries(networks))
    it(name, async () => {
      for (const direction of ['down', 'right'] as const)
        for (const [fold, theme] of [
          ['auto', 'light'],
          [true, 'dark'],
        ] as const) {
          const svg = await diagram(make(), { direction, fold }).svg({ theme })
          expect(await drawn(svg)).to.deep.equal([], `${direction}, ${fold}`)
        }
    })

  it('a whole ResNet-50, and of any network', async () => {
    expect(await drawn(await diagram(architectures.resnet50?.[0]?.() as Layer, { fold: false }).svg())).to.deep.equal(
      [],
    )
    await fc.assert(
      fc.asyncProperty(recipe, options.fold, options.direction, async (given, fold, direction) => {
        const inner = build(given)
        expect(await drawn(await diagram(begun(inner) ?? inner, { fold, direction }).svg())).to.deep.equal([])
      }),
      { numRuns: 10 },
    )
  })
})
