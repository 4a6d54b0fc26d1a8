// Serves dynalite on a port of 127.0.0.1, in memory: `node dynalite.js PORT`.
'use strict'

const dynalite = require('../dynalite/node_modules/dynalite')

dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 }).listen(Number(process.argv[2]), '127.0.0.1')
