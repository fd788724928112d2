-- Puts what a cookie says of the user into our own headers, where hashing and the access log find it: the route is chosen anew
-- when a script has run. A request without the cookie, or a fault in here, leaves a request of no known user.
local function valueOf(headers, name)
  for line = 0, headers:getNumValues("cookie") - 1 do
    for pair in headers:getAtIndex("cookie", line):gmatch("[^;]+") do
      local key, value = pair:match("^%s*([^=]-)%s*=%s*(.-)%s*$")
      if key == name then return value:match('^"(.*)"$') or value end
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
