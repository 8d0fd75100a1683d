import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { numbersOf } from './data.ts'

const main = fileURLToPath(new URL('main.ts', import.meta.url))
const right = {
  id: 'relu',
  layer: 'Relu',
  args: {},
  input_shape: [1, 2],
  input: [-1, 2],
  output_shape: [1, 2],
  output: [0, 2],
  cotangent: [3, 4],
  grad: { input: [0, 4] },
}
const missing = { id: 'none', layer: 'NoSuchLayer', args: {}, input_shape: [null, 2], output_shape: [null, 2] }

describe('The conformance runner', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'conformance-'))
  })
  afterEach(() => {
    rmSync(folder, { recursive: true })
  })

  const write = (name: string, cases: readonly object[]): void =>
    writeFileSync(join(folder, `${name}.json`), JSON.stringify({ tolerance: { rtol: 1e-6, atol: 1e-6 }, cases }))
  const run = (...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', main, ...args], {
      encoding: 'utf8',
    })
    return { status, lines: stdout.trim().split('\n'), stderr }
  }

  it('prints a line for each file and ends with the sums', () => {
    write('a', [right, { ...right, id: 'again' }])
    write('b', [right, missing, { ...right, id: 'wrong', output: [5, 5], behaviour: 'original' }])
    const { status, lines } = run(folder)
    expect(status).to.equal(0)
    expect(lines).to.deep.equal([
      'a                        2 passed, 0 failed, 0 skipped',
      'b                        1 passed, 0 failed, 1 skipped',
      'skipped, as these do not exist: NoSuchLayer (1)',
      '3 passed, 0 failed, 1 skipped',
    ])
  })

  it('names what differs, and fails', () => {
    write('a', [
      right,
      { ...right, id: 'output', output: [0, 3] },
      { ...right, id: 'shape', output_shape: [2, 1] },
      { ...right, id: 'gradient', grad: { input: [0, 5] } },
      { id: 'form', something: 1 },
      { ...right, id: 'formula', input: { formula: 'cubic' } },
    ])
    const { status, lines } = run(folder)
    expect(status).to.equal(1)
    expect(lines.slice(1, -1)).to.deep.equal([
      '  output: output[1]: expected 3, got 2',
      '  shape: output shape: expected [2,1], got [1,2]',
      '  gradient: gradient of input[1]: expected 5, got 4',
      '  form: a case of an unknown form: id, something',
      '  formula: unknown formula cubic',
    ])
    expect(lines.at(-1)).to.equal('1 passed, 5 failed, 0 skipped')
  })

  it('does not take an error of the wrong kind or stage for the right one', () => {
    const expecting = (error: string | null, stage: string) => ({
      ...{ id: `${error} ${stage}`, layer: 'Relu', args: { n_units: 0 }, input_shape: [null, 3] },
      expect: { error, stage },
    })
    write('a', [
      expecting('InvalidOption', 'construct'),
      expecting('InvalidOption', 'shape'),
      expecting('LayerConnectionError', 'construct'),
      expecting(null, 'construct'),
    ])
    expect(run(folder).lines.at(-1)).to.equal('1 passed, 3 failed, 0 skipped')
  })

  it('chooses files by globs, given once or several times', () => {
    for (const name of ['conv-1', 'conv-2', 'pooling', 'pool']) write(name, [right])
    expect(run(folder, '--files', 'conv-*').lines.at(-1)).to.equal('2 passed, 0 failed, 0 skipped')
    expect(run(folder, '--files', 'conv-*', '--files', 'pool').lines.at(-1)).to.equal('3 passed, 0 failed, 0 skipped')
  })

  it('refuses a folder, a file or a glob that holds nothing', () => {
    expect(run(folder)).to.include({ status: 2 })
    expect(run(join(folder, 'none')).stderr).to.match(/there is no such folder/)
    write('a', [])
    expect(run(folder).stderr).to.match(/a.json holds no cases/)
    write('a', [right])
    const { status, stderr } = run(folder, '--files', 'b*')
    expect(status).to.equal(2)
    expect(stderr).to.match(/no file matches b\*/)
    writeFileSync(join(folder, 'a.json'), '{')
    expect(run(folder).status).to.equal(2)
    expect(run().stderr).to.match(/Expected one folder/)
    expect(run(folder, '--flies', 'a').status).to.equal(2)
  })

  it('runs cases of the peers, which stand in lists, and says why some were left out', () => {
    const kept = { kind: 'activation', function: 'relu', args: [{ shape: [2], data: [-1, 2] }], atol: 1e-6, rtol: 0 }
    const peers = [
      { ...kept, id: 'right', expected: { shape: [2], data: [0, 2] } },
      { ...kept, id: 'wrong', expected: { shape: [2], data: [0, 3] } },
      { ...kept, id: 'unknown', function: 'arcsinh', expected: { shape: [2], data: [0, 2] } },
      { ...kept, id: 'option', args: [...kept.args, 0, null, 1], expected: { shape: [2], data: [0, 2] } },
      { ...kept, id: 'more', kwargs: { leak: 1 }, expected: { shape: [2], data: [0, 2] } },
      { ...kept, id: 'choice', function: 'hard_sigmoid', expected: { shape: [2], data: [0, 2] } },
      { ...kept, id: 'kind', kind: undefined, expected: { shape: [2], data: [0, 2] } },
    ]
    mkdirSync(join(folder, 'cases'))
    writeFileSync(join(folder, 'cases', 'activations-keras.json'), JSON.stringify(peers))
    const { status, lines } = run(folder)
    expect(status).to.equal(1)
    expect(lines).to.deep.equal([
      'activations-keras        1 passed, 2 failed, 3 cannot be expressed, 1 differ by choice',
      '  wrong: output[1]: expected 3, got 2',
      '  kind: a case without a kind',
      '  1 cannot be expressed: activation arcsinh',
      '  1 cannot be expressed: relu with a threshold',
      '  1 cannot be expressed: relu: option leak',
      '  1 differs by choice: HardSigmoid has the slope 0.2 of Courbariaux et al. 2015, not 1/6',
      '1 passed, 2 failed, 3 cannot be expressed, 1 differ by choice',
    ])
    expect(run(folder, '--id', 'right', '--verbose', '--backends', 'eager,tfjs').lines).to.deep.equal([
      'On eager:',
      'activations-keras        1 passed, 0 failed, 0 cannot be expressed, 0 differ by choice',
      '  right: passed',
      '1 passed, 0 failed, 0 cannot be expressed, 0 differ by choice',
      'On tfjs:',
      'activations-keras        1 passed, 0 failed, 0 cannot be expressed, 0 differ by choice',
      '  right: passed',
      '1 passed, 0 failed, 0 cannot be expressed, 0 differ by choice',
    ])
    expect(run(folder, '--id', 'right', '--mutate')).to.include({ status: 0 })
    expect(run(folder, '--backends', 'abacus').stderr).to.match(/There is no backend abacus/)
    expect(run(folder, '--id', 'nobody').stderr).to.match(/no case's id holds nobody/)
  })

  it('does not take a case whose expectation says nothing for one that was checked', () => {
    const nothing = { kind: 'activation', id: 'none', function: 'relu', args: [{ shape: [0, 2], data: [] }] }
    writeFileSync(
      join(folder, 'activations-keras.json'),
      JSON.stringify([{ ...nothing, atol: Number.MAX_VALUE, rtol: 0, expected: { shape: [0, 2], data: [] } }]),
    )
    // Another shape is noticed where there are no numbers.
    expect(run(folder, '--mutate')).to.include({ status: 0 })
    writeFileSync(
      join(folder, 'activations-keras.json'),
      JSON.stringify([
        { ...nothing, args: [{ shape: [1], data: [1] }], atol: 1e300, rtol: 0, expected: { shape: [1], data: [1] } },
      ]),
    )
    expect(run(folder, '--mutate').lines[1]).to.equal('  none: not noticed when changed: expected')
  })

  it('makes the numbers of a formula exactly', () => {
    const formula = { formula: 'quad', a: 20, b: 138, c: 16, m: 1009, h: 504.5, d: 256 }
    expect(numbersOf(formula, [1])[0]).to.equal(-1.908203125)
  })
})
