#include "catch.hpp"
#include "mgkit/augment/list.hpp"
#include "mgkit/testing/augmentation.hpp"

using namespace mgkit;
using testing::augmentation_violations;

TEST_CASE("Every augmentation keeps the laws") {
    augment::all::for_each([]<class A>(type_tag<A>) {
        for (const std::string& violation : augmentation_violations(A{})) FAIL_CHECK(violation);
    });
    SUCCEED("no violation");
}

TEST_CASE("Presets keep the laws") {
    CHECK(augmentation_violations(augment::mg_fm_preset()).empty());
    CHECK(augmentation_violations(augment::reference_preset(16)).empty());
    CHECK(augmentation_violations(augment::frame_drop{.fraction = .5, .hold = true}).empty());
}

namespace {

struct breaks_laws {
    static constexpr std::string_view name = "breaks_laws";
    struct plan {
        int add = 0;
        friend bool operator==(const plan&, const plan&) = default;
    };
    static breaks_laws none() { return {}; }
    plan draw(random_stream&, const augment::clip_info&) const { return {1}; }
    template <class S>
    void apply(const plan& p, augment::workspace<S>& work) const {
        const auto view = work.current();
        for (std::size_t i = 0; i < view.shape.size(); ++i) view.values[i] += static_cast<S>(p.add);
    }
};

bool mentions(const std::vector<std::string>& lines, const std::string& part) {
    for (const std::string& line : lines)
        if (line.find(part) != std::string::npos) return true;
    return false;
}

}  // namespace

TEST_CASE("The kit finds an augmentation that ignores validity, padding, keys and none") {
    const auto found = augmentation_violations(breaks_laws{});
    CHECK(mentions(found, "never valid stays invalid"));
    CHECK(mentions(found, "none() changes nothing"));
    CHECK(mentions(found, "views differ"));
    CHECK(mentions(found, "confidence does not rise"));
}
