import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chooseRoute } from './choose-route.ts';
import { DohRequest } from './doh-request.ts';
import type { Route } from './route.ts';
import { Server } from './server.ts';
import { failure, type FailureCause } from './upstream-failure.ts';
import { UPSTREAM_LIMITS } from './upstream-limits.ts';

/** Routes of one server for each list of addresses; nothing is connected. */
function routesFor(...addressLists: string[][]): Route[] {
  return addressLists.flatMap((addresses, index) => {
    const name = `server ${index + 1}`;
    const settings = { name, url: 'https://dns.example.org/dns-query', addresses, caPem: undefined };
    const limited = { ...settings, maxQueriesPerSecond: 1 };
    return new Server(
      limited,
      index,
      1,
      UPSTREAM_LIMITS,
      () => 0,
      () => {},
    ).routes;
  });
}

/** A try on `route`; with a cause: one that has failed. */
function tryOn(route: Route, cause?: FailureCause): DohRequest {
  const request = new DohRequest(route, new Uint8Array(12), { onAnswer() {}, onFailure() {} });
  if (cause !== undefined) request.fail(failure('unreachable', cause, 'test'));
  return request;
}

const V4 = ['192.0.2.1', '192.0.2.2'];
const BOTH = [...V4, '2001:db8::1', '2001:db8::2'];

describe('chooseRoute', () => {
  test('takes the first address of the settings', () => {
    const routes = routesFor(V4, ['198.51.100.1']);
    assert.equal(chooseRoute(routes, [], 0)?.address, '192.0.2.1');
  });

  test('passes over doubtful and failing addresses while there are others', () => {
    const routes = routesFor(V4, ['198.51.100.1']);
    routes[0]!.state = 'doubtful';
    assert.equal(chooseRoute(routes, [], 0)?.address, '192.0.2.2');
    routes[1]!.state = 'failing';
    routes[1]!.failedAt = 10;
    assert.equal(chooseRoute(routes, [], 0)?.address, '198.51.100.1');
    routes[2]!.state = 'failing';
    routes[2]!.failedAt = 10;
    assert.equal(chooseRoute(routes, [], 0)?.address, '192.0.2.1', 'doubtful is better than none');
  });

  test('takes no address that has just failed, and one whose failure is old', () => {
    const routes = routesFor(['192.0.2.1']);
    routes[0]!.state = 'failing';
    routes[0]!.failedAt = 100;
    assert.equal(chooseRoute(routes, [], 50), undefined);
    assert.equal(chooseRoute(routes, [], 150)?.address, '192.0.2.1');
  });

  test('tries the next address second, and another family third', () => {
    const routes = routesFor(BOTH);
    const first = tryOn(routes[0]!);
    assert.equal(chooseRoute(routes, [first], 0)?.address, '192.0.2.2');
    const second = tryOn(routes[1]!);
    assert.equal(chooseRoute(routes, [first, second], 0)?.address, '2001:db8::1');
  });

  test('tries another server third, rather than another family', () => {
    const routes = routesFor(BOTH, ['198.51.100.1']);
    const tries = [tryOn(routes[0]!), tryOn(routes[1]!)];
    assert.equal(chooseRoute(routes, tries, 0)?.address, '198.51.100.1');
  });

  test('repeats on the only address after a broken connection, once', () => {
    const routes = routesFor(['192.0.2.1']);
    const broken = tryOn(routes[0]!, 'broken');
    assert.equal(chooseRoute(routes, [broken], 0)?.address, '192.0.2.1');
    assert.equal(chooseRoute(routes, [broken, tryOn(routes[0]!, 'broken')], 0), undefined);
  });

  test('does not repeat a reply that did not count, nor a question still being worked on', () => {
    const routes = routesFor(['192.0.2.1']);
    assert.equal(chooseRoute(routes, [tryOn(routes[0]!, 'reply')], 0), undefined);
    assert.equal(chooseRoute(routes, [tryOn(routes[0]!)], 0), undefined);
  });

  test('leaves out a server whose budget is used up', () => {
    const routes = routesFor(V4, ['198.51.100.1']);
    routes[0]!.server.budget.take();
    assert.equal(chooseRoute(routes, [], 0)?.address, '198.51.100.1');
    routes[2]!.server.budget.take();
    assert.equal(chooseRoute(routes, [], 0), undefined);
  });
});
