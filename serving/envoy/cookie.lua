-- Puts what a cookie says of the user into our own headers, where hashing and the access log find it: the route is chosen anew
-- when a script has run. A request without the cookie, or a fault in here, leaves a request of no known user.
-- In two steps, since repetitions side by side would try every way to share out the blanks of a header full of them.
local function trim(text)
  return text:match("^%s*$") and "" or text:match("^%s*(.*%S)")
end

local function valueOf(headers, name)
  for line = 0, headers:getNumValues("cookie") - 1 do
    for pair in headers:getAtIndex("cookie", line):gmatch("[^;]+") do
      local at = pair:find("=", 1, true)
      if at and trim(pair:sub(1, at - 1)) == name then
        local value = trim(pair:sub(at + 1))
        return value:match('^"(.*)"$') or value
      end
    end
  end
end

local function copy(headers, name, to)
  local value = name and valueOf(headers, name) or ""
  if value ~= "" then headers:replace(to, value) end
end

function envoy_on_request(handle)
  local names, headers = handle:filterContext(), handle:headers()
  copy(headers, names:get("user"), "x-slipway-user")
  copy(headers, names:get("unit"), "x-slipway-unit")
end
