// `safe_search` and `youtube`: which search engines are asked for strict results alone.

import { SAFE_SEARCH_ENGINES, type SafeSearchEngine, type SafeSearchForm } from '../../groups/catalogue/safe-search.ts';
import { describeValue, quote, type SettingsPath } from '../settings-fault.ts';
import { readTexts, type TableContext } from '../table-reader.ts';

export const YOUTUBE_CHOICES = ['strict', 'moderate', 'off'] as const;

const ENGINES_FORM = SAFE_SEARCH_ENGINES.map((engine) => `"${engine}"`).join(', ');
const FORM = `true, false, or a list of ${ENGINES_FORM}`;
const ENGINES_MAX = 100;

/** What one table says; undefined where it says nothing. One that says which engines says it of YouTube too. */
export interface WrittenSafeSearch {
  readonly engines: readonly SafeSearchEngine[] | undefined;
  readonly youtube: (typeof YOUTUBE_CHOICES)[number] | undefined;
}

export function readSafeSearch(
  raw: unknown,
  youtube: WrittenSafeSearch['youtube'],
  path: SettingsPath,
  context: TableContext,
): WrittenSafeSearch {
  if (raw === undefined) return { engines: undefined, youtube };
  if (typeof raw === 'boolean') return withYoutube(raw ? SAFE_SEARCH_ENGINES : [], youtube);
  if (!Array.isArray(raw)) {
    context.faults.fault(path, `${describeValue(raw)} does not fit; allowed: ${FORM}`);
    return { engines: undefined, youtube };
  }
  const engines = readTexts(raw, path, ENGINES_FORM, ENGINES_MAX, context).flatMap(({ text, path: place }) => {
    const engine = SAFE_SEARCH_ENGINES.find((known) => known === text.toLowerCase());
    if (engine !== undefined) return [engine];
    context.faults.fault(place, `${quote(text)} has no safe search known here; allowed: ${ENGINES_FORM}`);
    return [];
  });
  return withYoutube(engines, youtube);
}

function withYoutube(engines: readonly SafeSearchEngine[], youtube: WrittenSafeSearch['youtube']): WrittenSafeSearch {
  return { engines, youtube: youtube ?? (engines.includes('youtube') ? 'strict' : 'off') };
}

/** `youtube` goes by itself: it can be on without an engine, and off with all of them. */
export function safeSearchForms({ engines = [], youtube = 'off' }: WrittenSafeSearch): readonly SafeSearchForm[] {
  const forms: SafeSearchForm[] = [];
  for (const engine of SAFE_SEARCH_ENGINES) if (engine !== 'youtube' && engines.includes(engine)) forms.push(engine);
  if (youtube !== 'off') forms.push(`youtube-${youtube}`);
  return forms;
}
