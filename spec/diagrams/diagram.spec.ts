import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inspect } from 'node:util'
import { expect } from 'chai'
import { diagram, dot, mermaid } from '../../src/display.ts'
import {
  block,
  branch,
  Concatenate,
  Convolution,
  Elementwise,
  gpt,
  Identity,
  Input,
  InvalidOption,
  join,
  type Layer,
  LSTM,
  parallel,
  Relu,
  Reshape,
  repeat,
  residual,
  resnet50,
  Sigmoid,
  Softmax,
  shared,
  start,
  Tanh,
  TimeDistributed,
} from '../../src/index.ts'
import type { Shape } from '../../src/pictures/drawing.ts'
import { untyped } from '../running.ts'

/** All texts of a diagram, in the order in which they are drawn; what is cut is whole. */
const textsOf = (network: Layer, options = {}): readonly string[] => {
  const texts = (shape: Shape): readonly string[] => {
    if (shape.kind === 'group') return shape.shapes.flatMap(texts)
    return shape.kind === 'text' ? [shape.title ?? shape.text] : []
  }
  return diagram(network, options).spec.shapes.flatMap(texts)
}
/** The boxes and frames of a diagram, as Mermaid has them, and its arrows by what their boxes say first. */
const partsOf = (
  network: Layer,
  options = {},
): { readonly boxes: readonly string[]; readonly arrows: readonly string[] } => {
  const lines = mermaid(network, { shapes: false, ...options })
    .split('\n')
    .slice(1, -1)
  const named = new Map<string, string>()
  for (const line of lines) {
    const [, id, text] = /^ +(?:subgraph )?(\w+)[[(]+"(.*)"[\])]+$/.exec(line) ?? []
    if (id !== undefined && text !== undefined) named.set(id, text.split('<br>')[0]?.replace(/ {2}.*/, '') ?? '')
  }
  const indented = lines.filter(line => /"/.test(line) && !/^ +(in|out)put/.test(line))
  return {
    boxes: indented.map(line => {
      const [, indent = '', id = ''] = /^( +)(?:subgraph )?(\w+)/.exec(line) ?? []
      return `${indent.slice(2)}${named.get(id)}${line.includes('[[') ? ' (folded)' : ''}`
    }),
    arrows: lines.flatMap(line => {
      const [, from, to] = /^ {2}(\w+) --> (\w+)$/.exec(line) ?? []
      return from === undefined || to === undefined ? [] : [`${named.get(from)} > ${named.get(to)}`]
    }),
  }
}
const thrown = (call: () => unknown): unknown => {
  try {
    return call()
  } catch (error) {
    return error
  }
}

const small = join(
  Input([28, 28, 1]),
  Convolution([3, 3, 16], { stride: 2, name: 'stem' }),
  Relu(),
  Reshape(),
  Softmax(10),
)
const stage = block('stage{}', join(Relu(8), Tanh(8)))

describe('A diagram', () => {
  it('says of layers what they are, their names, options and parameters, and of arrows the shapes', () => {
    expect(textsOf(small)).to.deep.equal([
      'Network',
      '(?, 28, 28, 1) -> (?, 10)',
      '5 layers, 27,210 parameters',
      '(?, 28, 28, 1)',
      '(?, 13, 13, 16)',
      '(?, 13, 13, 16)',
      '(?, 2704)',
      '(?, 10)',
      ...['Input', 'input-1', '[28, 28, 1]'],
      ...['Convolution', 'stem', '[3, 3, 16], stride: 2', '160 parameters'],
      ...['Relu', 'relu-1'],
      ...['Reshape', 'reshape-1'],
      ...['Softmax', 'softmax-1', 'units: 10', '27,050 parameters'],
      'output',
    ])
  })

  it('leaves out shapes and parameters where it is asked to', () => {
    const texts = textsOf(small, { shapes: false, parameters: false })
    expect(texts.filter(text => text.startsWith('(')).length).to.equal(1)
    expect(texts.filter(text => / parameters$/.test(text))).to.deep.equal(['5 layers, 27,210 parameters'])
  })

  it('tells of each box its full name, its call and its shapes', async () => {
    expect(await diagram(join(Input(4), block('head', Relu(8)))).svg()).to.contain(
      '<title>head/relu-1\nRelu(8)\n(?, 4) -&#62; (?, 8)\n40 parameters</title>',
    )
  })

  it('leads down or right', () => {
    const [down, right] = [diagram(small).spec, diagram(small, { direction: 'right' }).spec]
    expect(down.height).to.be.above(2 * down.width)
    expect(right.width).to.be.above(2 * right.height)
  })

  it('has an arrow for each input and each branch', () => {
    const network = join(
      parallel(Input(4, { name: 'left' }), Input(4, { name: 'right' })),
      branch(Elementwise('add'), [Concatenate(), Relu(2)]),
    )
    const { arrows } = partsOf(network)
    expect(arrows).to.deep.equal([
      'Input > Elementwise',
      'Input > Elementwise',
      'Input > Concatenate',
      'Input > Concatenate',
      'Concatenate > Relu',
      'Elementwise > output-1',
      'Relu > output-2',
    ])
    expect(textsOf(network).slice(-2)).to.deep.equal(['output-1', 'output-2'])
  })

  it('has arrows for the outputs of a layer that has several', () => {
    const network = join(Input([5, 3]), LSTM(4, { returnState: true }))
    expect(partsOf(network).arrows).to.deep.equal([
      'Input > LSTM',
      'LSTM > output-1',
      'LSTM > output-2',
      'LSTM > output-3',
    ])
  })

  it('begins with what a network waits for', () => {
    expect(partsOf(Relu(4)).arrows).to.deep.equal(['input > Relu', 'Relu > output'])
    expect(textsOf(Relu(4)).slice(1, 3)).to.deep.equal(['<unknown> -> (?, 4)', '1 layer, ? parameters'])
    expect(partsOf(join(Relu(4), Tanh(2))).arrows[0]).to.equal('input > Relu')
    expect(partsOf(parallel(Relu(4), Tanh(2))).arrows.slice(0, 2)).to.deep.equal(['input-1 > Relu', 'input-2 > Tanh'])
  })

  it('draws a shortcut as a line, and an Identity with a name, or alone, as a box', () => {
    const plain = join(Input(4), residual(Relu(4)), Softmax(3))
    expect(partsOf(plain).boxes).to.deep.equal(['Input', 'Relu', 'Elementwise', 'Softmax'])
    expect(partsOf(plain).arrows).to.include('Input > Elementwise')
    const named = join(Input(4), residual(Relu(4), { shortcut: Identity({ name: 'skip' }) }))
    expect(partsOf(named).arrows).to.include('Identity > Elementwise')
    expect(partsOf(join(Input(4), Identity())).boxes).to.deep.equal(['Input', 'Identity'])
    expect(partsOf(join(Input(4), parallel(Identity(), Identity()), Concatenate())).boxes).to.have.length(4)
  })

  it('has frames for blocks, copies, shared parts and networks within layers, with their names', () => {
    const encoder = shared('encoder', join(Relu(4), Tanh(2)))
    const network = join(
      parallel(
        join(Input([6, 3]), TimeDistributed(join(Relu(5), Sigmoid(4))), LSTM(3), encoder),
        join(Input(3), encoder),
      ),
      Concatenate(),
      repeat(block('stage-{}', join(Relu(8), Relu(8))), 2),
    )
    expect(partsOf(network).boxes).to.deep.equal([
      'Input',
      'TimeDistributed',
      '  Relu',
      '  Sigmoid',
      'LSTM',
      'encoder',
      '  Relu',
      '  Tanh',
      'Input',
      'encoder',
      '  Relu',
      '  Tanh',
      'Concatenate',
      '2 × stage',
      '  stage-1',
      '    Relu',
      '    Relu',
      '  stage-2',
      '    Relu',
      '    Relu',
    ])
    const texts = textsOf(network)
    for (const text of [
      '2 layers, 26 parameters, shared',
      '2 layers, shared',
      '16 parameters, shared',
      'time-distributed-1',
      '(?, 5)',
    ])
      expect(texts).to.include(text)
    expect(partsOf(network).arrows).to.include.members([
      'Input > Relu',
      'Sigmoid > LSTM',
      'Tanh > Concatenate',
      'Relu > output',
    ])
  })

  it('marks shared layers by dashed outlines', () => {
    const layer = shared('both', Relu(4))
    const { shapes } = diagram(join(parallel(join(Input(4), layer), join(Input(4), layer)), Concatenate())).spec
    const dashed = shapes.filter(shape => shape.kind === 'group' && shape.shapes.some(inner => 'dashes' in inner))
    expect(dashed.map(({ title }) => title?.split('\n').at(-1))).to.deep.equal(['20 parameters, shared', 'shared'])
  })

  it('knows the blocks of a slice', () => {
    const whole = join(
      Input(4),
      block('a', join(Relu(4), Tanh(4))),
      block('b', join(block('c', join(Relu(4), Relu(4))), Softmax(2))),
    )
    const boxes = ['a', '  Tanh', 'b', '  c', '    Relu', '    Relu', '  Softmax']
    expect(partsOf(start(whole, 'a/tanh-1')).boxes).to.deep.equal(boxes)
  })
})

describe('Parts of a diagram', () => {
  const network = join(
    Input(8),
    repeat(stage, 2),
    block('head', join(block('inner', join(Relu(4), Relu(4))), Softmax(3))),
  )

  it('are folded into boxes that say how large they are', () => {
    expect(partsOf(network, { fold: true }).boxes).to.deep.equal(['Input', '2 × stage (folded)', 'head (folded)'])
    expect(textsOf(network, { fold: true })).to.include.members(['4 layers, 288 parameters', '3 layers, 71 parameters'])
    expect(partsOf(network, { fold: true }).arrows).to.deep.equal([
      'Input > 2 × stage',
      '2 × stage > head',
      'head > output',
    ])
  })

  it('are folded by their names, in which * stands for any characters', () => {
    expect(partsOf(network, { fold: 'head' }).boxes.slice(-1)).to.deep.equal(['head (folded)'])
    expect(partsOf(network, { fold: ['stage*', 'head/inner'] }).boxes).to.deep.equal([
      ...['Input', '2 × stage', '  stage1 (folded)', '  stage2 (folded)'],
      ...['head', '  inner (folded)', '  Softmax'],
    ])
  })

  it('are all open in a small network, and where it is asked for', () => {
    for (const options of [{}, { fold: false }]) expect(partsOf(network, options).boxes.join()).not.to.contain('folded')
  })

  it('are folded until 40 boxes are left, those of a size alike', () => {
    const { boxes } = partsOf(resnet50())
    expect(boxes.filter(name => name.includes('folded'))).to.have.length(16)
    expect(boxes.slice(0, 8)).to.deep.equal([
      ...['Input', 'Convolution', 'BatchNorm', 'Relu', 'MaxPooling'],
      ...['res2a (folded)', 'res2b (folded)', 'res2c (folded)'],
    ])
    expect(partsOf(resnet50(), { fold: false }).boxes.length).to.be.above(180)
    expect(partsOf(gpt({ layers: 48 })).boxes.length).to.be.within(5, 40)
  })

  it('need no names to be folded where there are too many', () => {
    const bare = Array.from({ length: 30 }, () => residual(join(Relu(4), Tanh(4))))
    const { boxes, arrows } = partsOf(untyped.join(Input(4), ...bare))
    expect(boxes.length).to.be.at.most(40)
    expect(boxes).to.include.members(['Input', 'residual (folded)', '28 layers (folded)'])
    // From each to the next, and to the output: folded, shortcuts are within.
    expect(arrows).to.have.length(boxes.length)
  })

  for (const many of [1000, 20_000])
    it(`are the first and last of ${many} layers, with a box for the others`, () => {
      const layers = Array.from({ length: many }, () => Relu(4))
      const long = untyped.join(Input(4), ...layers)
      const before = performance.now()
      const { boxes } = partsOf(long)
      expect(boxes).to.have.length(25)
      expect(boxes[12]).to.equal(`${(many + 1 - 24).toLocaleString('en')} layers (folded)`)
      diagram(long)
      expect(performance.now() - before).to.be.below(many === 1000 ? 2000 : 10_000)
      const wide = untyped.join(Input(4), untyped.parallel(...layers.slice(0, 100)), Concatenate())
      expect(partsOf(wide).boxes).to.include('77 branches (folded)')
    })

  it('can all be drawn', () => {
    const { spec } = diagram(untyped.join(Input(4), ...Array.from({ length: 300 }, () => Relu(4))), { fold: false })
    expect(spec.shapes.filter(({ title }) => title?.startsWith('relu-'))).to.have.length(300)
  })
})

describe('Diagrams as texts', () => {
  const network = join(Input(4), block('a "quoted" & <tagged>', join(Relu(8), Tanh(2))))

  it('are flow charts of Mermaid', () => {
    expect(mermaid(network, { direction: 'right' })).to.equal(
      [
        'flowchart LR',
        '  layer1["Input  input-1<br>shape: 4"]',
        '  subgraph part1["a #34;quoted#34; #38; #60;tagged#62;<br>2 layers, 58 parameters"]',
        '    layer2["Relu  relu-1<br>units: 8<br>40 parameters"]',
        '    layer3["Tanh  tanh-1<br>units: 2<br>18 parameters"]',
        '  end',
        '  output1(["output"])',
        '  layer1 -->|"(?, 4)"| layer2',
        '  layer3 -->|"(?, 2)"| output1',
        '  layer2 -->|"(?, 8)"| layer3',
        '',
      ].join('\n'),
    )
  })

  it('are graphs of Graphviz', () => {
    expect(dot(network, { fold: true, shapes: false, parameters: false })).to.equal(
      [
        'digraph network {',
        '  rankdir=TB',
        '  node [shape=box, style=rounded, fontname="Helvetica", fontsize=11]',
        '  edge [fontname="Helvetica", fontsize=10]',
        '  graph [fontname="Helvetica", fontsize=11]',
        '  layer1 [label="Input  input-1\\nshape: 4"]',
        '  layer2 [label="a \\"quoted\\" & <tagged>\\n2 layers", peripheries=2]',
        '  output1 [label="output", shape=oval]',
        '  layer1 -> layer2',
        '  layer2 -> output1',
        '}',
        '',
      ].join('\n'),
    )
    expect(dot(network)).to.contain(
      '  subgraph cluster_part1 { label="a \\"quoted\\" & <tagged>\\n2 layers, 58 parameters"\n    layer2',
    )
  })

  it('are files, too', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'joinery-diagrams-'))
    try {
      for (const [end, text] of [
        ['mmd', mermaid(network)],
        ['dot', dot(network)],
      ] as const) {
        await diagram(network).save(path.join(folder, `network.${end}`))
        expect(readFileSync(path.join(folder, `network.${end}`), 'utf8')).to.equal(text)
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('A diagram', () => {
  it('prints what it shows', () => {
    expect(inspect(diagram(small))).to.equal(
      'Diagram of Network, (?, 28, 28, 1) -> (?, 10), 5 layers, 27,210 parameters',
    )
  })

  it('is refused for what is no network, and with wrong options', () => {
    for (const [call, option, remedy] of [
      [() => diagram([Relu(4)] as never), 'layer', 'Join the layers of an array first: join(...layers).'],
      [() => mermaid(undefined as never), 'layer', 'For example: join(Input(4), Relu(10), Softmax(3)).'],
      [() => diagram(Relu as never), 'layer', 'Call it: Relu().'],
      [() => diagram(small, { dirction: 'down' } as never), 'dirction', 'Did you mean direction?'],
      [
        () => diagram(small, { direction: 'up' } as never),
        'direction',
        "For example: diagram(network, { direction: 'right', fold: 'auto' }).",
      ],
      [
        () => dot(small, { fold: 3 } as never),
        'fold',
        "For example: dot(network, { direction: 'right', fold: 'auto' }).",
      ],
      [() => diagram(small, { fold: [''] }), 'fold', undefined],
      [
        () => diagram(small, { fold: ['stage1'] }),
        'fold',
        'Name a part with block(name, layer); * stands for any characters.',
      ],
      [() => diagram(join(Input(8), stage), { fold: ['stag1'] }), 'fold', "Did you mean 'stage1'?"],
    ] as const) {
      const error = thrown(call)
      expect(error).to.be.instanceOf(InvalidOption)
      expect(error).to.include({ option, ...(remedy && { remedy }) })
    }
  })
})
