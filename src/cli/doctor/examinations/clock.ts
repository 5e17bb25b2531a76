// Is this machine's clock right? A wrong one breaks every certificate, on the way in and on the way out.

import { silenceText } from '../ask-endpoint.ts';
import { momentText } from '../certificate/judge-leaf.ts';
import type { Examination } from '../examination.ts';
import { fail, type Finding, ok, unknown, warn } from '../finding.ts';
import { readUpstreamClock, type UpstreamClock } from '../upstream-clock.ts';

const NOTICED_SECONDS = 30;
/** Certificates begin an hour in the past, mostly; signatures and one-time codes are less patient. */
const HARMFUL_SECONDS = 300;

const SET_IT = 'let the system set it: timedatectl set-ntp true (systemd-timesyncd), or chrony';

export const clock: Examination = {
  name: 'clock',
  subject: "this machine's clock",
  async examine({ settings, now }) {
    // The configured order; the first that says anything is enough.
    let last: UpstreamClock | undefined;
    for (const upstream of settings.upstreams) {
      last = await readUpstreamClock(upstream, now);
      if (last.kind !== 'silent') return [judge(last, upstream.name, now())];
    }
    return [
      unknown(
        `whether the clock (${momentText(now())}) is right: no upstream tells the time${reasonText(last)}`,
        'compare it with a phone: date -u',
      ),
    ];
  },
};

function judge(said: UpstreamClock, name: string, now: Date): Finding {
  switch (said.kind) {
    case 'date':
      return judgeDifference(said.ahead / 1000, name);
    case 'within': {
      const { validFromDate, validToDate } = said.certificate;
      const range = `${momentText(validFromDate)} to ${momentText(validToDate)}`;
      return ok(`right as far as the certificate of ${name} tells, which is good from ${range}; it says no date`);
    }
    case 'outside': {
      const { validFromDate, validToDate } = said.certificate;
      const isSlow = now < validFromDate;
      const edge = isSlow ? validFromDate : validToDate;
      const amount = durationText(Math.abs(now.getTime() - edge.getTime()) / 1000);
      const state = isSlow ? 'is not valid before' : 'was valid until';
      return fail(
        `the certificate of ${name} ${state} ${momentText(edge)}, and the clock says ${momentText(now)}: it is ${isSlow ? 'slow' : 'fast'} by ${amount} at least, or that certificate is wrong`,
        `compare it with a phone: date -u; ${SET_IT}`,
        'machines without a battery (Raspberry Pi) begin in the past: set the time before sotto starts',
      );
    }
    case 'silent':
      return unknown(`whether the clock is right${reasonText(said)}`);
  }
}

function reasonText(clock: UpstreamClock | undefined): string {
  return clock?.kind === 'silent' ? ` (${silenceText(clock.reason)})` : '';
}

function judgeDifference(aheadSeconds: number, name: string): Finding {
  const off = Math.abs(aheadSeconds);
  if (off < NOTICED_SECONDS) return ok(`right: ${name} says the same time`);
  const sentence = `the clock is ${aheadSeconds > 0 ? 'fast' : 'slow'} by ${durationText(off)}, by what ${name} says`;
  if (off < HARMFUL_SECONDS) return warn(sentence, SET_IT);
  return fail(`${sentence}: certificates may be refused`, SET_IT);
}

/** `3 min`, `2 h`, `12 days`. */
function durationText(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
}
