/** Functions that a filter may call: each looks at the values of one row, ends at once and reaches nothing outside it. */
export const FUNCTIONS: ReadonlySet<string> = new Set([
  // Operators.
  ...['+', '-', '*', '/', '//', '%', '||', '~~', '!~~', '~~*', '!~~*', '^@', '**', '^', '&', '|'],
  ...['like_escape', 'not_like_escape', 'ilike_escape', 'not_ilike_escape'],
  // Numbers.
  ...['abs', 'sign', 'round', 'floor', 'ceil', 'ceiling', 'trunc', 'sqrt', 'cbrt', 'exp', 'ln'],
  ...['log', 'log2', 'log10', 'pow', 'power', 'mod', 'greatest', 'least', 'isnan', 'isinf'],
  ...['isfinite', 'even', 'gcd', 'hash', 'xor'],
  // Text.
  ...['lower', 'lcase', 'upper', 'ucase', 'trim', 'ltrim', 'rtrim', 'length', 'len', 'strlen'],
  ...['substring', 'substr', 'left', 'right', 'starts_with', 'ends_with', 'prefix', 'suffix'],
  ...['contains', 'position', 'strpos', 'instr', 'concat', 'replace', 'reverse', 'md5'],
  ...['regexp_matches', 'regexp_full_match', 'regexp_extract', 'regexp_replace', 'split_part'],
  ...['strip_accents', 'nullif', 'ifnull'],
  // Days and times.
  ...['date_trunc', 'datetrunc', 'date_part', 'datepart', 'date_diff', 'datediff', 'date_sub'],
  ...['date_add', 'year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second'],
  ...['dayofweek', 'isodow', 'dayofmonth', 'dayofyear', 'weekday', 'weekofyear', 'isoyear'],
  ...['yearweek', 'dayname', 'monthname', 'last_day', 'make_date', 'make_timestamp', 'epoch'],
  ...['epoch_ms', 'epoch_us', 'to_timestamp', 'strftime', 'strptime', 'try_strptime', 'timezone'],
  ...['to_years', 'to_months', 'to_weeks', 'to_days', 'to_hours', 'to_minutes', 'to_seconds'],
  ...['to_milliseconds', 'to_microseconds'],
])

/** Types that a filter may cast to. */
export const TYPES: ReadonlySet<string> = new Set([
  ...['BOOLEAN', 'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'UTINYINT', 'USMALLINT'],
  ...['UINTEGER', 'UBIGINT', 'UHUGEINT', 'FLOAT', 'DOUBLE', 'DECIMAL', 'VARCHAR', 'DATE', 'TIME'],
  ...['TIMESTAMP', 'TIMESTAMP WITH TIME ZONE', 'TIMESTAMP_S', 'TIMESTAMP_MS', 'TIMESTAMP_NS'],
  ...['INTERVAL', 'UUID', 'NULL'],
])

/** Comparisons, and operators that stand between or before values. */
export const COMPARISONS: ReadonlySet<string> = new Set([
  ...['COMPARE_EQUAL', 'COMPARE_NOTEQUAL', 'COMPARE_LESSTHAN', 'COMPARE_GREATERTHAN'],
  ...['COMPARE_LESSTHANOREQUALTO', 'COMPARE_GREATERTHANOREQUALTO'],
  ...['COMPARE_DISTINCT_FROM', 'COMPARE_NOT_DISTINCT_FROM'],
])
export const OPERATORS: ReadonlySet<string> = new Set([
  ...['OPERATOR_NOT', 'OPERATOR_IS_NULL', 'OPERATOR_IS_NOT_NULL', 'OPERATOR_COALESCE'],
  ...['COMPARE_IN', 'COMPARE_NOT_IN'],
])
