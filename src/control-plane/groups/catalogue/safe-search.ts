// Safe search: search engines have a host for strict results, and a client that is led there instead of the usual one gets those, whatever
// is set in its browser.

import { GOOGLE_COUNTRY_DOMAINS, YANDEX_DOMAINS } from './search-domains.ts';

export const SAFE_SEARCH_ENGINES = ['google', 'bing', 'duckduckgo', 'ecosia', 'yandex', 'pixabay', 'youtube'] as const;
export type SafeSearchEngine = (typeof SAFE_SEARCH_ENGINES)[number];

/** YouTube has two forms of restricted mode. */
export type SafeSearchForm = Exclude<SafeSearchEngine, 'youtube'> | 'youtube-strict' | 'youtube-moderate';

export interface SafeSearch {
  /** Exactly these names, and no others: mail, and whatever else has a name at the engine, go on as ever. */
  readonly names: readonly string[];
  /** The host of the engine that serves them strictly. */
  readonly target: string;
}

const YOUTUBE_NAMES = [
  'www.youtube.com',
  'm.youtube.com',
  'youtubei.googleapis.com',
  'youtube.googleapis.com',
  'www.youtube-nocookie.com',
];

export const SAFE_SEARCH: Readonly<Record<SafeSearchForm, SafeSearch>> = {
  // support.google.com/websearch/answer/186669: www alone, so that the other names of Google's go on as ever.
  google: {
    names: GOOGLE_COUNTRY_DOMAINS.map((domain) => `www.${domain}`),
    target: 'forcesafesearch.google.com',
  },
  // edgeservices is the side bar of Edge.
  bing: { names: ['www.bing.com', 'edgeservices.bing.com'], target: 'strict.bing.com' },
  duckduckgo: {
    names: ['duckduckgo.com', 'www.duckduckgo.com', 'start.duckduckgo.com'],
    target: 'safe.duckduckgo.com',
  },
  ecosia: { names: ['www.ecosia.org'], target: 'strict-safe-search.ecosia.org' },
  yandex: {
    names: YANDEX_DOMAINS.flatMap((domain) => [domain, `www.${domain}`]),
    target: 'familysearch.yandex.ru',
  },
  pixabay: { names: ['pixabay.com', 'www.pixabay.com'], target: 'safesearch.pixabay.com' },
  // support.google.com/a/answer/6214622.
  'youtube-strict': { names: YOUTUBE_NAMES, target: 'restrict.youtube.com' },
  'youtube-moderate': { names: YOUTUBE_NAMES, target: 'restrictmoderate.youtube.com' },
};
