#!lua name=rosette_v1
-- The one step that makes a statement a fact: known? number it, append it, remember it. Redis 7.0 or newer, or Valkey.
-- The library's name carries its version: a change here is a new name, so that two releases can run side by side.
--
-- Key space (one hash tag, so one node of a cluster holds all of it):
--   {stream}:events            stream      entries `epoch`, `seq`, `digest`, `event`
--   {stream}:seq               hash        `epoch`, `n`: the last number given out
--   {stream}:fence             string      written on every call, so that WAIT has a write of its own to count from
--   {stream}:index:<slug>      sorted set  `<source> <id>` -> seq: a source's events in the order of acceptance
--   {stream}:receipts:<shard>  hash        `<source> <id>` -> `<digest> <epoch> <seq> <entry id> <recordedtime>`

-- accept_v1: accept the statements of one stream, each once.
--
-- KEYS  events, seq, fence, index, then the receipts key of each statement.
-- ARGV  a candidate epoch (used when the counter is missing), recordedtime, then field, digest, event of each statement.
-- Answers one string a statement: `accepted <receipt>`, `duplicate <receipt>`, or `conflict`.
--
-- Lua never rolls back. So everything is read first, each key by a command of its own type, which fails while nothing has
-- been written yet; after that only a stream that has come to its greatest id could stop it half-way. The numbers are taken
-- before they are used: should it stop all the same, the tracker sees a gap, never one number twice.
local FIRST_RECEIPTS = 4
local FIRST_STATEMENT = 2

local function statement(args, i)
  local at = FIRST_STATEMENT + (i - 1) * 3
  return args[at + 1], args[at + 2], args[at + 3]
end

local function counter(key, candidate)
  local kept = redis.call('HMGET', key, 'epoch', 'n')
  local n = tonumber(kept[2] or '')
  if kept[1] and n then
    return kept[1], n
  end
  return candidate, 0
end

local function digest_of(receipt)
  return string.match(receipt, '^%S+')
end

local function accept(keys, args)
  local events, seq, fence, index = keys[1], keys[2], keys[3], keys[4]
  local recordedtime = args[2]
  local count = #keys - FIRST_RECEIPTS
  local epoch, n = counter(seq, args[1])
  redis.call('XLEN', events)
  redis.call('ZCARD', index)

  -- Check everything. `first` remembers the statements of this very call, whose receipts are not written yet.
  local answers, fresh, first, twins = {}, {}, {}, {}
  for i = 1, count do
    local field, digest = statement(args, i)
    local receipt = redis.call('HGET', keys[FIRST_RECEIPTS + i], field)
    local known = (receipt and digest_of(receipt)) or (first[field] and select(2, statement(args, first[field])))
    if known and known ~= digest then
      answers[i] = 'conflict'
    elseif receipt then
      answers[i] = 'duplicate ' .. receipt
    elseif known then
      twins[i] = first[field]
    else
      first[field] = i
      fresh[#fresh + 1] = i
    end
  end

  -- Then write.
  redis.call('SET', fence, recordedtime)
  if #fresh > 0 then
    redis.call('HSET', seq, 'epoch', epoch, 'n', string.format('%.0f', n + #fresh))
  end
  for _, i in ipairs(fresh) do
    local field, digest, event = statement(args, i)
    n = n + 1
    local number = string.format('%.0f', n)
    local entry = redis.call('XADD', events, '*', 'epoch', epoch, 'seq', number, 'digest', digest, 'event', event)
    local receipt = table.concat({ digest, epoch, number, entry, recordedtime }, ' ')
    redis.call('HSET', keys[FIRST_RECEIPTS + i], field, receipt)
    redis.call('ZADD', index, number, field)
    answers[i] = 'accepted ' .. receipt
  end
  for i, original in pairs(twins) do
    answers[i] = string.gsub(answers[original], '^accepted', 'duplicate')
  end
  return answers
end

redis.register_function('accept_v1', accept)
