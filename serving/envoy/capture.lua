-- Copies small JSON and text bodies into dynamic metadata, where the access log finds them. A fault in here never fails a request.
-- Bodies of unknown or great length are left alone: reading them would buffer a stream, or answer 413.
local LIMIT = 65536

local function copy(handle, key)
  -- Read the headers first: body() yields, and the header object does not survive that.
  local headers = handle:headers()
  local length = tonumber(headers:get("content-length") or "")
  local kind = headers:get("content-type") or ""
  if length == 0 then return end
  if length == nil or length > LIMIT then
    local why = length == nil and "streamed" or "too_large"
    handle:streamInfo():dynamicMetadata():set("slipway.bodies", key .. "_skipped", why)
    return
  end
  local body = handle:body()
  if body == nil then return end
  local bytes = body:getBytes(0, body:length())
  local metadata = handle:streamInfo():dynamicMetadata()
  if kind:find("json", 1, true) or kind:find("text/", 1, true) then
    metadata:set("slipway.bodies", key, bytes)
  else
    metadata:set("slipway.bodies", key .. "_base64", handle:base64Escape(bytes))
  end
end

function envoy_on_request(handle) copy(handle, "request") end
function envoy_on_response(handle) copy(handle, "response") end
