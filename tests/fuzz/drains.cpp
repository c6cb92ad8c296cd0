// The text of drained servers, in its file and as an operator names them, against a configuration whose names
// hold slashes, blanks and stars.

#include <string>
#include <string_view>

#include "pulse/config/read.h"
#include "pulse/director/director.h"
#include "pulse/director/drain.h"

#include "fuzz.h"

namespace {

using namespace pulse;
using pulse::fuzz::require;

config::Config configuration(const std::string& service, const std::string& server) {
    return config::read(
               "primary = 10.0.0.1\nservice = lvs\nvirtual \"" + service +
                   "\" {\n active = 1\n address = 10.0.0.10 eth0:1\n port = 80\n server \"" + server +
                   "\" {\n address = 10.0.1.11\n active = 1\n }\n server plain {\n address = 10.0.1.12\n"
                   " active = 1\n }\n server off {\n address = 10.0.1.13\n active = 0\n }\n}\n",
               {})
        .config;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto before = configuration("web/a", "al pha");
    static const auto after = configuration("web", "*");
    const std::string_view text(reinterpret_cast<const char*>(data), size);

    const auto drains = director::drains_from(text);
    require(director::drains_from(director::to_text(drains)) == drains, "drains change when written and read",
            text);
    const auto keys = director::keys_of(drains, before);
    require(keys.size() <= 2, "more drained than there are");
    const auto renamed = director::renamed(drains, before, after);
    require(director::keys_of(renamed, after) == keys, "a reload drains others", text);

    if (const auto called = director::servers_called(before, text)) {
        require(!called->empty() && called->size() <= 2, "found servers that are not there", text);
        require(director::keys_of(*called, before).size() == called->size(), "found what cannot be drained",
                text);
    }
    return 0;
}
