// SPDX-License-Identifier: MIT
#include "features.hpp"

#include <utility>
#include <vector>

#include "mgkit/data/source.hpp"
#include "mgkit/io/npy.hpp"
#include "terminal.hpp"

namespace mgfm {

using namespace mgkit;

/// Saved features, one row per usable clip or one per clip in the folder.
data::feature_table read_features(const std::string& path, const corpus& from) {
    data::refuse_other(path, data::source_kind::features);
    const io::npy_file file(path);
    const auto& shape = file.shape();
    const auto usable = static_cast<std::int64_t>(from.clips.size());
    const auto in_folder = static_cast<std::int64_t>(from.report.clips_in_file);
    const bool floating = file.type() == io::dtype::f32 || file.type() == io::dtype::f64 ||
                          file.type() == io::dtype::f16;
    if (!floating || shape.size() != 2 || shape[1] < 1 ||
        (shape[0] != usable && shape[0] != in_folder))
        throw error(path,
                    text("floating-point features of ", usable, " usable clips, (", usable, ", D)"),
                    text(io::name(file.type()), " ", io::shape_text(shape)),
                    "write them with mgfm embed on the same folder");
    data::feature_table out{static_cast<std::size_t>(shape[0]), static_cast<std::size_t>(shape[1]),
                            file.read<float>()};
    if (shape[0] != usable) {
        const std::vector<int> rows(from.clips.ids.begin(), from.clips.ids.end());
        out = out.subset(rows);
    }
    data::check(out, path);
    return out;
}

feature_source::feature_source(encoder_and_clips& opened, int threads)
    : trained_([&opened, threads](const data::clip_set& clips) {
          stored_encoder encoder(opened.facts, opened.from, threads);
          progress_display display("embedding", "clips");
          return encoder.embed(clips, [&](int done) { display.update(done, clips.size(), 0, ""); });
      }),
      random_([&opened, threads](const data::clip_set& clips) {
          return stored_encoder::untrained(opened.facts, opened.from, 1, threads).embed(clips);
      }) {}

feature_source::feature_source(data::feature_table table)
    : trained_([table = std::move(table)](const data::clip_set&) { return table; }) {}

const data::feature_table& feature_source::trained(const std::string& reference,
                                                   const data::clip_set& clips) {
    return once(trained_tables_, reference, trained_, clips);
}
const data::feature_table& feature_source::random(const std::string& reference,
                                                  const data::clip_set& clips) {
    return once(random_tables_, reference, random_, clips);
}

study::feature_maker feature_source::trained_in(const corpus_folds& folds) {
    return [this, &folds](const study::task&) {
        return study::features_of(trained(folds.reference(), folds.clips()), folds.sides());
    };
}
study::feature_maker feature_source::random_in(const corpus_folds& folds) {
    return [this, &folds](const study::task&) {
        return study::features_of(random(folds.reference(), folds.clips()), folds.sides());
    };
}

const data::feature_table& feature_source::once(tables& made, const std::string& reference,
                                                const make& maker, const data::clip_set& clips) {
    const auto found = made.find(reference);
    if (found != made.end()) return found->second;
    data::feature_table table = maker(clips);
    data::check(table, "features");
    return made.emplace(reference, std::move(table)).first->second;
}

}  // namespace mgfm
