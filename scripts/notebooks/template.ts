import { type Notebook, notebookOf } from './notebook.ts'

/** A notebook to begin with: a network, its training, and what it has learnt. */
export const template = (title: string): Notebook =>
  notebookOf([
    [
      'markdown',
      `# ${title}

What this notebook asks, and what it finds.`,
    ],
    [
      'code',
      `import { accuracy, adam, fit, init, Input, join, key, predict, Softmax, Tanh } from 'joinery'

const network = join(Input(2), Tanh(8), Softmax(2))
network`,
    ],
    ['markdown', `Are two bits different? Targets are the probabilities of two classes: \`[equal, different]\`.`],
    [
      'code',
      `const x = [[0, 0], [0, 1], [1, 0], [1, 1]]
const y = [[1, 0], [0, 1], [0, 1], [1, 0]]

const { variables, history } = await fit(network, init(network, key(42)), { x, y }, {
  loss: 'categoricalCrossentropy',
  optimizer: adam({ step: 0.1 }),
  metrics: [accuracy],
  epochs: 100,
})
history`,
    ],
    ['code', `await predict(network, variables, x)`],
  ])
