// Makes every listener of the program listen on 127.0.0.1: the reference servers would take all interfaces.
'use strict'
const net = require('node:net')

const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...given) {
  const [first] = given
  const port = typeof first === 'object' && first !== null ? first.port : first
  const done = given.find((one) => typeof one === 'function')
  return listen.call(this, { port: Number(port) || 0, host: '127.0.0.1' }, done)
}
