-- Copies JSON and text bodies into dynamic metadata, where the access log finds them. A fault in here never fails a request.
-- Bodies of a known length are read whole if they are small: a great one would be answered 413. Those of unknown length are
-- listened to as they pass by, which holds no byte of them back.
local LIMIT = 65536
-- A chunk of a generated answer has some 200 bytes for each token.
local STREAM_LIMIT = 1048576
-- Of a longer stream its end is kept, where usage is told.
local TAIL = 8192

local function set(handle, key, value)
  handle:streamInfo():dynamicMetadata():set("slipway.bodies", key, value)
end

local function keep(handle, key, kind, bytes)
  if kind.isText then
    set(handle, key, bytes)
  else
    set(handle, key .. "_base64", handle:base64Escape(bytes))
  end
end

-- The end of it from a line's beginning on, so that no character is cut in two.
local function tailOf(text)
  if #text <= TAIL then return text end
  local last = text:sub(-TAIL)
  return last:sub((last:find("\n", 1, true) or TAIL) + 1)
end

local function listen(handle, key, kind)
  local limit = kind.isStream and STREAM_LIMIT or LIMIT
  local parts, size, isFirst = {}, 0, true
  for chunk in handle:bodyChunks() do
    local length = chunk:length()
    if length > 0 then
      if isFirst then set(handle, key .. "_first_us", handle:timestampString(EnvoyTimestampResolution.MICROSECOND)) end
      isFirst = false
      size = size + length
      parts[#parts + 1] = chunk:getBytes(0, length)
      if size > limit then parts = { table.concat(parts):sub(-2 * TAIL) } end
    end
  end
  if size == 0 then return end
  if size <= limit then return keep(handle, key, kind, table.concat(parts)) end
  set(handle, key .. "_skipped", "too_large")
  set(handle, key .. "_tail", tailOf(parts[1]))
end

local function copy(handle, key)
  -- Read the headers first: body() yields, and the header object does not survive that.
  local headers = handle:headers()
  local length = tonumber(headers:get("content-length") or "")
  local name = headers:get("content-type") or ""
  local kind = {
    isText = name:find("json", 1, true) ~= nil or name:find("text/", 1, true) ~= nil,
    isStream = name:find("event-stream", 1, true) ~= nil or name:find("ndjson", 1, true) ~= nil,
  }
  local isEncoded = (headers:get("content-encoding") or "identity") ~= "identity"
  if length == 0 then return end
  if isEncoded or (length == nil and not kind.isText) then return set(handle, key .. "_skipped", "encoded") end
  if kind.isStream then set(handle, key .. "_kind", "events") end
  if length == nil then return listen(handle, key, kind) end
  if length > LIMIT then return set(handle, key .. "_skipped", "too_large") end
  local body = handle:body()
  if body ~= nil then keep(handle, key, kind, body:getBytes(0, body:length())) end
end

function envoy_on_request(handle) copy(handle, "request") end
function envoy_on_response(handle) copy(handle, "response") end
