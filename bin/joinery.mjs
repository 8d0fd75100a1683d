#!/usr/bin/env node
import { command } from '../dist/node/command.js'

process.exitCode = await command(process.argv.slice(2), { out: console.log, error: console.error })
