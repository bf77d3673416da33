// Loaded before an agent in a test: its connections come from the address of its node, as they would there.
import { Socket } from 'node:net';

const connect = Socket.prototype.connect;
Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof options === 'object' && options.port !== undefined) options.localAddress = process.env.FROM_NODE;
  return connect.apply(this, args);
};
