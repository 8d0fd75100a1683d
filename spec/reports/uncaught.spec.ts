import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'

// What a console shows of an error that nobody catches.

const entry = new URL('../../src/index.ts', import.meta.url).href
const root = fileURLToPath(new URL('../..', import.meta.url))

/** Programs, and what the line of their error begins with. */
const programs: readonly (readonly [program: string, sentence: string])[] = [
  [
    'j.join(j.Input(4), j.Convolution([3, 3, 1]))',
    'LayerConnectionError: convolution-1: expected a 4-dimensional input',
  ],
  [
    "j.net('Input(4) >> Convolution(3,3,1)')",
    'NotationError: line 1, column 13, … >> Convolution(3,3,1) ⟵ Convolution',
  ],
  [
    "j.layerOf(j.join(...Array(3000).fill(j.Relu())), 'x'.repeat(1e6))",
    'InvalidOption: layerOf, name: expected the name',
  ],
  ['j.join(j.parallel(...Array(3000).fill(j.Input(4))), j.Relu())', 'LayerConnectionError: relu-1: expected one input'],
]

describe('An uncaught error prints 110,631 bytes', () => {
  let folder = ''
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'joinery-uncaught-'))
  })
  after(() => rmSync(folder, { recursive: true }))

  for (const [program, sentence] of programs)
    it(`${program}: its sentence, once, in less than two kilobytes`, () => {
      const file = path.join(folder, 'program.mts')
      writeFileSync(file, `import * as j from '${entry}'\n${program}\n`)
      const { stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', file], { cwd: root, encoding: 'utf8' })
      expect(status).to.equal(1)
      expect(Buffer.byteLength(stderr), stderr).to.be.below(2048)
      const lines = stderr.split('\n').filter(line => line.includes('Error: ') || line.startsWith('InvalidOption: '))
      expect(lines[0]?.startsWith(sentence), stderr).to.equal(true)
      // A text's error has the layer's as its cause; nothing else says it again.
      expect(lines.length, stderr).to.be.at.most(program.includes('net(') ? 2 : 1)
    })
})
