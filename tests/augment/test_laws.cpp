// SPDX-License-Identifier: MIT
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "mgkit/augment/list.hpp"
#include "mgkit/skeleton/coco17.hpp"
#include "mgkit/skeleton/kinect20.hpp"
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

TEST_CASE("The kit finds an augmentation that ignores validity, padding, keys and none",
          "[quick]") {
    const auto found = augmentation_violations(breaks_laws{});
    CHECK(mentions(found, "never valid stays invalid"));
    CHECK(mentions(found, "none() changes nothing"));
    CHECK(mentions(found, "views differ"));
    CHECK(mentions(found, "confidence does not rise"));
}

namespace {

/// A mirror of one skeleton, as its user would write it; `Wrong` is what it does with others.
enum class wrong { writes, throws, throws_other, returns };
template <wrong Wrong>
struct kinect_mirror {
    static constexpr std::string_view name = "kinect_mirror";
    static constexpr bool moves_joints = true;
    struct plan {
        bool mirrored = false;
        friend bool operator==(const plan&, const plan&) = default;
    };
    plan draw(random_stream& stream, const augment::clip_info&) const {
        return {stream.uniform() < .5};
    }
    template <class S>
    void apply(const plan& p, augment::workspace<S>& work) const {
        using skeleton::kinect20;
        if (!p.mirrored) return;
        if (work.shape().joints != 20 && Wrong != wrong::writes) {
            if (Wrong == wrong::throws)
                throw error("kinect_mirror", "20 joints", text(work.shape().joints));
            if (Wrong == wrong::throws_other) throw 20;
            return;
        }
        const auto view = work.current();
        for (int c = 0; c < skeleton::channels(view.shape.layout); ++c)
            for (int t = 0; t < view.length; ++t)
                for (int m = 0; m < view.shape.persons; ++m)
                    for (int v = 0; v < 20; ++v) {
                        const int other = kinect20::mirror[std::size_t(v)];
                        if (other > v) std::swap(view.at(c, t, v, m), view.at(c, t, other, m));
                        if (c == 0 && view.at(c, t, v, m) != 0) view.at(c, t, v, m) *= S(-1);
                    }
    }
};

/// A mirror of any skeleton, told that it exchanges joints, or not.
template <bool Told>
struct any_mirror {
    static constexpr std::string_view name = "any_mirror";
    static constexpr bool moves_joints = Told;
    std::vector<int> table;
    using plan = kinect_mirror<wrong::writes>::plan;
    plan draw(random_stream& stream, const augment::clip_info&) const {
        return {stream.uniform() < .5};
    }
    template <class S>
    void apply(const plan& p, augment::workspace<S>& work) const {
        if (!p.mirrored) return;
        const auto view = work.current();
        for (int v = 0; v < view.shape.joints; ++v)
            for (int c = 0; c < skeleton::channels(view.shape.layout) && table[std::size_t(v)] > v;
                 ++c)
                for (int t = 0; t < view.length; ++t)
                    for (int m = 0; m < view.shape.persons; ++m)
                        std::swap(view.at(c, t, v, m), view.at(c, t, table[std::size_t(v)], m));
    }
};

std::vector<testing::augmentation_trial> kinect_trials() {
    return testing::augmentation_trials(skeleton::kinect20{});
}

}  // namespace

TEST_CASE("A stage for one skeleton is examined on that skeleton") {
    const auto trials = kinect_trials();
    CHECK(trials.size() == 5);
    for (const auto& trial : trials) CHECK(trial.shape.joints == 20);
    const auto report = testing::examine_augmentation(kinect_mirror<wrong::writes>{}, trials);
    for (const auto& line : report.violations) CHECK(line == "");
    CHECK(report.views == 80);
    CHECK(report.changed > 20);
    CHECK(report.unchanged.empty());
}

TEST_CASE("Joints may change places where the stage says so") {
    // Joint 1, which no trial shows, is the left eye here: a mirror carries it to the other side.
    using skeleton::coco17;
    const auto trials = testing::augmentation_trials(coco17{});
    const std::vector<int> table(coco17::mirror.begin(), coco17::mirror.end());
    for (const auto& line : augmentation_violations(any_mirror<true>{table}, trials))
        CHECK(line == "");
    CHECK(mentions(augmentation_violations(any_mirror<false>{table}, trials),
                   "never valid stays invalid"));
}

TEST_CASE("A stage that fails on other skeletons is reported, and nothing ends") {
    const auto writes = augmentation_violations(kinect_mirror<wrong::writes>{});
    CHECK(mentions(writes, "making a view of float throws: pose_view: expected an index into"));
    CHECK(mentions(writes, "5 joints"));
    CHECK_FALSE(mentions(writes, "on xyz 90x25x2"));
    const auto throws = augmentation_violations(kinect_mirror<wrong::throws>{});
    CHECK(mentions(throws, "making a view of double throws: kinect_mirror: expected 20 joints"));
    CHECK(mentions(augmentation_violations(kinect_mirror<wrong::throws_other>{}),
                   "throws what is no std::exception"));
}

TEST_CASE("A stage that gives every clip back was not examined") {
    const auto report = testing::examine_augmentation(kinect_mirror<wrong::returns>{});
    CHECK(report.changed == 0);
    CHECK(report.unchanged.size() == testing::augmentation_trials().size());
    CHECK(mentions(report.violations, "none of 112 did; give trials of the skeleton"));
    CHECK(report.summary().find("112 views, 0 changed; none on xyz 90x25x2") == 0);
    CHECK(mentions(augmentation_violations(augment::shear{}, {}), "none of 0 did"));
    CHECK(testing::examine_augmentation(augment::shear{}).unchanged == std::vector<std::string>{});
}

TEST_CASE("Our stages change something on every trial of several frames") {
    augment::all::for_each([]<class A>(type_tag<A>) {
        const auto report = testing::examine_augmentation(A{});
        CAPTURE(A::name, report.summary());
        CHECK(report.unchanged.size() <= 3);
        for (const std::string& place : report.unchanged)
            CHECK((place.find("of length 1") != std::string::npos ||
                   place.find("of length 2") != std::string::npos));
    });
}
