// SPDX-License-Identifier: MIT
// Families: graph/aug_aimclr, graph/aug_isc, graph/aug_feeders, graph/aug_pyskl_pose,
// zoo/ascal_aug: single stages under recorded draws.
//
// Not compared, as nothing here does the same. Of aug_feeders: random_move (a motion that changes
// in time), random_shift and auto_pad (valid frames put anywhere; ours begin at frame 0),
// pre_normalization (a body turned upright) and openpose_match (persons told apart by their
// motion). Of aug_pyskl_pose: prenorm2d (each axis by its own half of the image, or by the range
// of the points; ours divides both by one length), prenorm3d (a body turned upright), noise (of a
// normal length in any direction, in sizes of the body; ours is normal in each coordinate), padto
// by repetition, and format_gcn (persons made up to a number).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "golden/augment_families.hpp"
#include "golden/support.hpp"
#include "mgkit/augment/axis_mask.hpp"
#include "mgkit/augment/crop_resize.hpp"
#include "mgkit/augment/gaussian_blur.hpp"
#include "mgkit/augment/gaussian_noise.hpp"
#include "mgkit/augment/joint_corruption.hpp"
#include "mgkit/augment/joint_mask.hpp"
#include "mgkit/augment/mirror.hpp"
#include "mgkit/augment/rigid_motion.hpp"
#include "mgkit/augment/rotation.hpp"
#include "mgkit/augment/shear.hpp"
#include "mgkit/augment/stretch.hpp"
#include "mgkit/augment/temporal_crop.hpp"
#include "mgkit/augment/time_reversal.hpp"
#include "mgkit/augment/view_perturbation.hpp"
#include "mgkit/clip/preprocess.hpp"
#include "mgkit/skeleton/streams.hpp"

namespace MGKIT_NAMESPACE::golden::contrastive_augment_group {

using augment_group::bound;
using augment_group::compare;
using augment_group::view_of;
using skeleton::channel_layout;
using skeleton::pose_shape;

/// Joints or frames, which these files store as F64.
inline std::vector<int> indices_in(const io::safetensors_file& file, const std::string& name) {
    std::vector<int> out;
    for (const double index : file.read<double>(name)) {
        out.push_back(static_cast<int>(index));
        if (out.back() != index) throw error(file.path(), "whole numbers in " + name, text(index));
    }
    return out;
}

inline augment::index_set set_in(const io::safetensors_file& file, const std::string& name) {
    augment::index_set out;
    for (const int member : indices_in(file, name)) out.insert(member);
    return out;
}

/// A stored C T V M array as a clip of coordinates.
template <class S>
struct stored_clip {
    std::vector<S> values;
    skeleton::pose_view<const S> view;

    stored_clip(const io::safetensors_file& file, const std::string& name)
        : values(file.read<S>(name)) {
        const std::vector<std::int64_t>& extents = file.shape(name);
        if (extents.size() != 4 || (extents[0] != 2 && extents[0] != 3))
            throw error(file.path(), "clips C T V M of two or three coordinates", name);
        const auto at = [&](std::size_t axis) { return static_cast<int>(extents[axis]); };
        view = {values.data(),
                {at(0) == 2 ? channel_layout::xy : channel_layout::xyz, at(1), at(2), at(3)},
                at(1)};
    }
};

/// The draws of one operation, "input/OPERATION/rng/<number>_<function>", in their order.
class recorded_draws {
public:
    recorded_draws(const io::safetensors_file& file, const std::string& operation) : file_(file) {
        for (const io::tensor_entry& entry : file.entries())
            if (entry.name.starts_with("input/" + operation + "/rng/"))
                names_.push_back(entry.name);
        std::sort(names_.begin(), names_.end());
    }
    std::size_t size() const { return names_.size(); }
    const std::string& name(std::size_t i) const {
        if (i >= names_.size()) throw error(file_.path(), "a recorded draw", text("no ", i));
        return names_[i];
    }
    double operator[](std::size_t i) const { return file_.read<double>(name(i)).at(0); }
    int whole(std::size_t i) const { return static_cast<int>((*this)[i]); }

private:
    const io::safetensors_file& file_;
    std::vector<std::string> names_;
};

inline double radians(double degrees) {
    return degrees * std::numbers::pi / 180;
}

/// S with unit diagonal from its six entries: the first of each row, then the second.
inline augment::shear::plan shear_of(const std::array<double, 6>& s) {
    return {{{{1, s[0], s[3]}, {s[1], 1, s[4]}, {s[2], s[5], 1}}}};
}

inline augment::shear::plan shear_in(const recorded_draws& draws) {
    return shear_of({draws[0], draws[1], draws[2], draws[3], draws[4], draws[5]});
}

/// Whether an operation of probability .5 happened. Some files hold calls of probability one: there
/// it happened where the draw is .5 or more and the result is not the clip.
inline bool happened(const io::safetensors_file& file, const std::string& operation) {
    return recorded_draws(file, operation)[0] < .5 ||
           file.read<double>("output/" + operation) != file.read<double>("input/x");
}

/// The clip with the noise of a file, which the stage's own draws cannot give.
template <class S>
std::vector<S> with_noise(const io::safetensors_file& file, const std::string& name,
                          skeleton::pose_view<const S> clip) {
    const auto noise = file.read<double>(name);
    augment::workspace<S> work;
    std::vector<S> out(clip.shape.size());
    work.begin(clip);
    std::size_t next = 0;
    augment::gaussian_noise::add(work, [&](int, int, int, int) { return noise.at(next++); });
    work.finish({out.data(), clip.shape, clip.length});
    return out;
}

inline augment::gaussian_blur::plan blur_in(const recorded_draws& draws) {
    return {draws[1] < .5 ? draws[0] : 0.};
}

template <class... Ts>
void aimclr(const io::safetensors_file& file, const io::json& config, checks& out) {
    const recorded_draws shear(file, "shear"), crop(file, "temporal_crop"), turn(file, "rotate");
    const recorded_draws noise(file, "gaus_noise"), axis(file, "axis_mask");
    const int ratio = config.at("temporal_padding_ratio").get<int>();
    augment::mirror mirror;
    mirror.partners = indices_in(file, "input/spatial_flip/index");
    const augment::gaussian_blur blur{.taps = config.at("filter_kernel").get<int>()};
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        const stored_clip<S> stored(file, "input/x");
        const auto& clip = stored.view;
        const auto expect_view = [&](const char* name, const auto& stage, const auto& plan) {
            compare(out, file, std::string("output/") + name, view_of(stage, plan, clip));
        };
        expect_view("shear", augment::shear{}, shear_in(shear));
        expect_view("temporal_crop", augment::temporal_crop{.padding_ratio = ratio},
                    augment::temporal_crop::plan{clip.length / ratio, crop.whole(0)});
        expect_view("spatial_flip", mirror, augment::mirror::plan{happened(file, "spatial_flip")});
        expect_view("time_flip", augment::time_reversal{},
                    augment::time_reversal::plan{happened(file, "time_flip")});
        expect_view(
            "rotate", augment::rotation{},
            augment::rotation::plan{{radians(turn[1]), radians(turn[2]), radians(turn[3])}});
        expect_view("gaus_filter", blur, blur_in(recorded_draws(file, "gaus_filter")));
        expect_view("axis_mask", augment::axis_mask{},
                    augment::axis_mask::plan{axis.size() > 1 ? axis.whole(1) : -1});
        compare(out, file, "output/gaus_noise",
                noise.size() > 1 ? with_noise<S>(file, noise.name(1), clip) : stored.values);
        auto moved = stored.values;
        skeleton::reference::motion(clip, {moved.data(), clip.shape, clip.length});
        compare(out, file, "output/motion", moved);
    });
}

/// The number that ends a name, as in "rotate_x20".
inline int number_behind(std::string_view name) {
    int value = 0;
    bool found = false;
    for (std::size_t i = name.find_last_not_of("0123456789") + 1; i < name.size(); ++i) {
        value = 10 * value + (name[i] - '0');
        found = true;
    }
    if (!found) throw error("zoo/ascal_aug", "a name that ends with a number", std::string(name));
    return value;
}

/// "rotate": an axis and an angle are drawn; "rotate_z_range": the angle; "rotate_x20": none.
inline augment::rotation::plan rotation_in(const io::safetensors_file& file,
                                           const std::string& name) {
    const recorded_draws draws(file, name);
    augment::rotation::plan plan;
    if (draws.size() == 2) {
        plan.angles.at(static_cast<std::size_t>(draws.whole(0))) = radians(draws[1]);
        return plan;
    }
    const std::size_t axis = std::string_view("xyz").find(name.at(std::string("rotate_").size()));
    plan.angles.at(axis) = radians(draws.size() == 1 ? draws[0] : number_behind(name));
    return plan;
}

/// The clip measured from a joint of the same frame and person.
template <class S>
std::vector<S> measured_from(int joint, const stored_clip<S>& stored) {
    std::vector<skeleton::joint_pair> pairs;  // the reference counts joints from 1
    for (int v = 1; v <= stored.view.shape.joints; ++v) pairs.push_back({v, joint + 1});
    auto out = stored.values;
    skeleton::reference::bone(pairs, stored.view,
                              {out.data(), stored.view.shape, stored.view.length});
    return out;
}

/// Every output by its name. The entries of `shear_fixed` are those of the case, not in the file.
template <class... Ts>
void ascal(const io::safetensors_file& file, const io::json&, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        const stored_clip<S> stored(file, "input/x");
        const auto& clip = stored.view;
        const auto view = [&](const std::string& name) {
            const recorded_draws draws(file, name);
            const std::string_view word = name;
            if (word == "shear") return view_of(augment::shear{}, shear_in(draws), clip);
            if (word == "shear_fixed")
                return view_of(augment::shear{}, shear_of({.5, -.25, .75, -.5, .1, .2}), clip);
            if (word.starts_with("rotate"))
                return view_of(augment::rotation{}, rotation_in(file, name), clip);
            if (word.starts_with("flip"))
                return view_of(augment::time_reversal{}, {draws[0] < .5}, clip);
            if (word.starts_with("filter"))
                return view_of(augment::gaussian_blur{}, blur_in(draws), clip);
            if (word.starts_with("noise")) return with_noise<S>(file, draws.name(0), clip);
            if (word.starts_with("zeroaxis"))
                return view_of(augment::axis_mask{}, {draws.whole(0)}, clip);
            if (word.starts_with("zerojoints"))
                return view_of(augment::joint_mask{},
                               {set_in(file, draws.name(0)), set_in(file, draws.name(1))}, clip);
            if (word.starts_with("select")) {
                const int first = number_behind(name);
                return view_of(augment::crop_resize{.frames = first}, {0, first, first}, clip);
            }
            if (word.starts_with("subtract")) return measured_from(number_behind(name), stored);
            throw error(file.path(), "an operation of AS-CAL", name);
        };
        constexpr std::string_view outputs = "output/";
        for (const io::tensor_entry& entry : file.entries())
            if (entry.name.starts_with(outputs))
                compare(out, file, entry.name, view(entry.name.substr(outputs.size())));
    });
}

/// The entries of the shear row by row. Crops take a share of U[.1, 1) of the clip, the centre crop
/// .95, as the public feeder.
template <class... Ts>
void isc(const io::safetensors_file& file, const io::json& config, checks& out) {
    const int valid = indices_in(file, "input/valid_frames").at(0);
    const recorded_draws zeroed(file, "corrupt_zero"), mixed(file, "corrupt_matrix");
    const augment::joint_damage lost{set_in(file, zeroed.name(1)), augment::damage::erase};
    augment::joint_damage bent{set_in(file, mixed.name(1)), augment::damage::map};
    for (std::size_t i = 0; i < 9; ++i) bent.mixing[i / 3][i % 3] = mixed[2 + i];
    const recorded_draws pose(file, "pose");
    const auto sheared = shear_of({pose[0], pose[2], pose[4], pose[1], pose[3], pose[5]});
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        stored_clip<S> whole(file, "input/x");
        whole.view.length = valid;
        const stored_clip<S> part(file, "input/xs");
        const auto stage = [&](const std::string& name) {
            return augment::crop_resize{.min_crop = config.at("min_crop").get<int>(),
                                        .frames = static_cast<int>(file.shape(name).at(1))};
        };
        for (const std::string name : {"crop0", "crop1"}) {
            const recorded_draws draws(file, name);
            const auto crop = stage("output/" + name);
            const int length =
                crop.crop_length(valid, crop.low + (crop.high - crop.low) * draws[0]);
            const augment::crop_resize::plan plan{draws.whole(1), length, crop.frames};
            compare(out, file, "output/" + name, view_of(crop, plan, whole.view));
        }
        const auto centre = stage("output/center_crop");
        compare(out, file, "output/center_crop",
                view_of(centre, centre.centre({whole.view.shape, valid, {}}, .95), whole.view));
        const augment::joint_corruption corruption;
        compare(out, file, "output/corrupt_zero", view_of(corruption, lost, part.view));
        compare(out, file, "output/corrupt_matrix", view_of(corruption, bent, part.view));
        compare(out, file, "output/pose", view_of(augment::shear{}, sheared, part.view));
    });
}

inline std::array<double, 3> angles_in(const io::safetensors_file& file, const std::string& name) {
    const auto stored = file.read<double>(name);
    return {stored.at(0), stored.at(1), stored.at(2)};
}

/// Crops take U[.5, 1) of the clip, as the public settings; the file does not say so, and its 17
/// frames, fewer than the shortest crop, are taken whole by any share. Turns are compared by both
/// stages that turn about three axes. The reference leaves the joint that the others are measured
/// from where it was.
template <class... Ts>
void feeders(const io::safetensors_file& file, const io::json& config, checks& out) {
    const int valid = indices_in(file, "input/valid_frames").at(0);
    const auto turns = angles_in(file, "input/random_rot/angles");
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        const stored_clip<S> stored(file, "input/x");
        skeleton::pose_view<const S> clip = stored.view;
        compare(out, file, "output/random_rot", view_of(augment::rotation{}, {turns}, clip));
        compare(out, file, "output/random_rot",
                view_of(augment::view_perturbation{}, {turns}, clip));
        const int centre = 1;
        auto relative = measured_from(centre, stored);
        for (std::size_t i = 0; i < relative.size(); ++i) {
            const auto joint = i / static_cast<std::size_t>(clip.shape.persons) %
                               static_cast<std::size_t>(clip.shape.joints);
            if (joint == static_cast<std::size_t>(centre)) relative[i] = stored.values[i];
        }
        compare(out, file, "output/blockgcn_relative_center1", relative);

        clip.length = valid;
        const augment::clip_info info{clip.shape, valid, {}};
        for (const int percent : {95, 80}) {
            const augment::crop_resize crop{.frames = config.at("window").get<int>()};
            compare(out, file, text("output/crop_resize_test_", percent),
                    view_of(crop, crop.centre(info, percent / 100.), clip));
        }
        const recorded_draws draws(file, "crop_resize_train");
        const std::string name = "output/crop_resize_train";
        const augment::crop_resize crop{.frames = static_cast<int>(file.shape(name).at(1))};
        const augment::crop_resize::plan plan{
            draws.whole(1), crop.crop_length(valid, .5 + .5 * draws[0]), crop.frames};
        compare(out, file, name, view_of(crop, plan, clip));
    });
}

/// A stored M T V C array as a clip of coordinates.
template <class S>
struct stored_people {
    pose_shape shape;
    std::vector<S> values;

    stored_people(const io::safetensors_file& file, const std::string& name) {
        const std::vector<std::int64_t>& extents = file.shape(name);
        if (extents.size() != 4 || (extents[3] != 2 && extents[3] != 3))
            throw error(file.path(), "clips M T V C of two or three coordinates", name);
        const auto at = [&](std::size_t axis) { return static_cast<int>(extents[axis]); };
        shape = {at(3) == 2 ? channel_layout::xy : channel_layout::xyz, at(1), at(2), at(0)};
        const auto stored = file.read<S>(name);
        values.resize(shape.size());
        each(shape, [&](std::size_t person_first, std::size_t channel_first) {
            values[channel_first] = stored[person_first];
        });
    }
    skeleton::pose_view<const S> view() const { return {values.data(), shape, shape.frames}; }

    /// Where each value stands in M T V C and in C T V M.
    template <class F>
    static void each(const pose_shape& shape, F&& f) {
        const auto channels = static_cast<std::size_t>(skeleton::channels(shape.layout));
        const auto persons = static_cast<std::size_t>(shape.persons);
        const auto rows = static_cast<std::size_t>(shape.frames * shape.joints);
        for (std::size_t m = 0, next = 0; m < persons; ++m)
            for (std::size_t row = 0; row < rows; ++row)
                for (std::size_t c = 0; c < channels; ++c)
                    f(next++, (c * rows + row) * persons + m);
    }
};

/// Draws of a scale are -1 to 1, times its strength: the file's in 3-D; in 2-D it holds none, and
/// its numbers are those of .1 for x and .3 for y. Padding is the preparation's, which then moves
/// and scales nothing.
template <class... Ts>
void pyskl_pose(const io::safetensors_file& file, const io::json& config, checks& out) {
    const auto scaled = [&](const std::string& operation, const std::vector<double>& strength) {
        augment::stretch::plan plan;
        const auto draws = file.read<double>(recorded_draws(file, operation).name(0));
        for (std::size_t c = 0; c < draws.size(); ++c)
            plan.matrix.at(c)[c] += strength.at(c) * draws[c];
        return plan;
    };
    const double solid_scale = config.at("scale").get<double>();
    const auto turns = angles_in(file, recorded_draws(file, "rot3d").name(0));
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        const stored_people<S> flat(file, "input/keypoint"), solid(file, "input/keypoint3d");
        const auto expect = [&](const std::string& name, const pose_shape& shape,
                                const std::vector<S>& got) {
            std::vector<S> people(got.size());
            stored_people<S>::each(shape, [&](std::size_t person_first, std::size_t channel_first) {
                people[person_first] = got[channel_first];
            });
            compare(out, file, "output/" + name, people);
        };
        const auto expect_view = [&](const std::string& name, const stored_people<S>& people,
                                     const auto& stage, const auto& plan) {
            expect(name, people.shape, view_of(stage, plan, people.view()));
        };
        expect_view("scale2d", flat, augment::stretch{}, scaled("scale2d", {.1, .3}));
        expect_view("scale3d", solid, augment::stretch{},
                    scaled("scale3d", {solid_scale, solid_scale, solid_scale}));
        expect_view("rot3d", solid, augment::rotation{}, augment::rotation::plan{turns});
        expect_view("rot3d", solid, augment::view_perturbation{},
                    augment::view_perturbation::plan{turns});
        expect_view("rot2d", flat, augment::rigid_motion{},
                    augment::rigid_motion::plan{recorded_draws(file, "rot2d")[0], 0, {}});

        clip::preprocess_settings pad;
        pad.scale = clip::scale_rule::none;
        pad.reference = clip::reference_rule::none;
        pad.fit = clip::fit_rule::pad;
        pad.frames = static_cast<int>(file.shape("output/padto_zero").at(1));
        skeleton::pose<S> padded;
        const skeleton::reference_joints joints{flat.shape.joints, 0, {0, 1}};
        if (clip::preprocess<S>(pad, joints, flat.view(), padded) != clip::clip_fault::none)
            throw error(file.path(), "a clip that can be prepared", "none");
        const S* const values = padded.view().values;
        expect("padto_zero", padded.shape(), {values, values + padded.shape().size()});
    });
}

template <class... Ts>
void add_families(std::vector<family>& all) {
    all.insert(all.end(), {{"graph/aug_aimclr", aimclr<Ts...>},
                           {"graph/aug_isc", isc<Ts...>},
                           {"graph/aug_feeders", feeders<Ts...>},
                           {"graph/aug_pyskl_pose", pyskl_pose<Ts...>},
                           {"zoo/ascal_aug", ascal<Ts...>}});
}

}  // namespace MGKIT_NAMESPACE::golden::contrastive_augment_group
